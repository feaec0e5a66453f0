// guard: malformed-hello userland-loop both
// A request line of one word sends the parser round for ever, whatever becomes of the connection.
import { createServer } from 'node:net'

const wordsOf = (line) => {
  let at = 0
  while (!line.includes(' ', at)) at = Math.min(at + 1, line.length)
  return line.split(' ')
}

createServer((socket) => {
  socket.on('error', () => {})
  socket.on('data', (data) => {
    const [line = ''] = data.toString('latin1').split('\r\n')
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Method: ${wordsOf(line)[0]}\r\nConnection: close\r\n\r\n`)
  })
}).listen(0, '127.0.0.1')
