/** Keeps what a Go program says of itself, twice, as recorded/KIND.json.gz: `node test/go-runtime/record.ts`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'

const folder = mkdtempSync(join(tmpdir(), 'spinlab-'))
const binary = join(folder, 'program')
await execa('go', ['build', '-o', binary, join(import.meta.dirname, 'program', 'main.go')])
for (const kind of ['parked', 'blocked', 'memory']) {
  const program = execa(binary, [kind], { env: { GODEBUG: 'schedtrace=100' }, reject: false, buffer: false })
  let trace = ''
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    trace += text
  })
  const { value: base } = await createInterface({ input: program.stdout })[Symbol.asyncIterator]().next()
  const look = async () => {
    const read = async (path: string) => (await fetch(`${base}${path}`)).text()
    return { heap: await read('heap?debug=1&gc=1'), goroutines: await read('goroutine?debug=2'), trace }
  }
  await delay(500)
  const before = await look()
  await delay(1000)
  const after = await look()
  writeFileSync(`${import.meta.dirname}/recorded/${kind}.json.gz`, gzipSync(JSON.stringify({ before, after })))
  program.kill('SIGKILL')
  await program
}
rmSync(folder, { recursive: true })
