// expect: healthy
// load: paced 10
// A simulation that computes for a millisecond 250 times a second, beside echo: its timers do real work.
import { createServer } from 'node:net'

let energy = 0
setInterval(() => {
  for (let i = 0; i < 300_000; i++) energy = (energy + Math.sqrt(i)) % 1e6
}, 4)
const server = createServer((conn) => conn.on('error', () => {}).pipe(conn)).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
