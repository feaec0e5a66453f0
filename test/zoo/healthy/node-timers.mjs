// expect: healthy
// load: echo 2
// Two hundred heartbeats of 100 ms beside an echo.
import { createServer } from 'node:net'

const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
for (let i = 0; i < 200; i++) setTimeout(() => setInterval(() => {}, 100), i)
