// expect: healthy
// load: http 1
// guard: healthy
// Node's HTTP server.
import { createServer } from 'node:http'

const server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1', () =>
  process.stdout.write(`listening ${server.address().port}\n`),
)
