// expect: healthy
// Derives keys on libuv's thread pool: each result wakes the loop by its eventfd, and no socket shows that it was worth it.
import { pbkdf2 } from 'node:crypto'
import { createServer } from 'node:net'

const server = createServer().listen(0, '127.0.0.1', () => process.stdout.write(`listening ${server.address().port}\n`))
const next = () => pbkdf2('secret', 'salt', 100, 32, 'sha256', next)
for (let i = 0; i < 8; i++) next()
