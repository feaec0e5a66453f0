// expect: healthy
// load: echo 8
// A TCP proxy in front of an echo in the same process.
import { connect, createServer } from 'node:net'

const behind = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  const server = createServer((socket) => {
    const origin = connect(behind.address().port, '127.0.0.1')
    socket.pipe(origin).pipe(socket)
  }).listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
})
