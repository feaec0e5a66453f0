// expect: error-loop
// also: userland-loop, empty-wakeups
// Connects again at once whenever the connection is refused.
import { connect, createServer } from 'node:net'

const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  process.stdout.write(`listening ${port}\n`)
  server.close()
  const again = () => connect(port, '127.0.0.1').on('error', again)
  again()
})
