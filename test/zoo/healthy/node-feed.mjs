// expect: healthy
// load: hold 100
// Server-sent events: 200 times a second the same few bytes to 100 viewers, who say nothing.
import { createServer } from 'node:net'

const viewers = new Set()
const server = createServer((socket) => {
  viewers.add(socket)
  socket
    .on('error', () => {})
    .on('close', () => viewers.delete(socket))
    .resume()
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
setInterval(() => {
  for (const viewer of viewers) viewer.write('data: a temperature\n\n')
}, 5)
