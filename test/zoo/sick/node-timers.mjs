// expect: empty-wakeups
// load: hold 2
// Three thousand intervals that nobody cleared, each started at its own moment.
import { createServer } from 'node:net'

const server = createServer(() => {}).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
let started = 0
const starter = setInterval(() => {
  for (let i = 0; i < 100; i++) setInterval(() => {}, 1 + (started++ % 5))
  if (started >= 30000) clearInterval(starter)
}, 2)
