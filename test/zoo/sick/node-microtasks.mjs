// expect: userland-loop
// load: bytes 3
// Waits for a flag in a loop of promises: microtasks starve the event loop, nobody is served any more.
import { createServer } from 'node:net'

const done = false
const server = createServer((socket) => socket.on('data', () => wait())).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
async function wait() {
  while (!done) await null
}
