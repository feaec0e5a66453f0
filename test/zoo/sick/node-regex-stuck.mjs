// expect: userland-loop
// also: healthy
// finding: userland-loop
// load: bytes 2
// A regular expression that backtracks for ever on what a client sent: nobody else is served.
import { createServer } from 'node:net'

const server = createServer((socket) => {
  socket.on('data', (data) => /^(\s*a*)*$/.test(`${'a'.repeat(40)}${data.length}`))
}).listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
