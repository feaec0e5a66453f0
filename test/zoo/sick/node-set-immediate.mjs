// expect: empty-wakeups
// also: userland-loop
// load: hold 2
// setImmediate that puts itself back: the loop polls with a timeout of 0.
import { createServer } from 'node:net'

const server = createServer(() => {}).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
const again = () => setImmediate(again)
again()
