// expect: healthy
// load: http 8
// Each request hashes for some 10 ms, in the thread of the event loop.
import { pbkdf2Sync } from 'node:crypto'
import { createServer } from 'node:http'

const server = createServer((_, answer) =>
  answer.end(pbkdf2Sync('a', 'b', 20_000, 32, 'sha256').toString('hex')),
).listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
