/** Keeps what a Go program says of itself, twice, as recorded/KIND.json.gz, its CPU profile as recorded/KIND.pb.gz, its execution trace as recorded/KIND.trace.gz: `node test/go-runtime/record.ts`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'

const folder = mkdtempSync(join(tmpdir(), 'spinlab-'))
const recorded = `${import.meta.dirname}/recorded`
const binary = join(folder, 'program')
await execa('go', ['build', '-o', binary, join(import.meta.dirname, 'program', 'main.go')])
/** Starts the program, which says where its net/http/pprof is. */
async function start(kind: string) {
  const program = execa(binary, [kind], { env: { GODEBUG: 'schedtrace=100' }, reject: false, buffer: false })
  let trace = ''
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    trace += text
  })
  const { value: base } = await createInterface({ input: program.stdout })[Symbol.asyncIterator]().next()
  return {
    get: (path: string) => fetch(`${base}${path}`),
    trace: () => trace,
    async [Symbol.asyncDispose]() {
      program.kill('SIGKILL')
      await program
    },
  }
}

for (const kind of ['parked', 'blocked', 'memory']) {
  await using program = await start(kind)
  const look = async () => ({
    heap: await (await program.get('heap?debug=1&gc=1')).text(),
    goroutines: await (await program.get('goroutine?debug=2')).text(),
    trace: program.trace(),
  })
  await delay(500)
  const before = await look()
  await delay(1000)
  writeFileSync(`${recorded}/${kind}.json.gz`, gzipSync(JSON.stringify({ before, after: await look() })))
}
for (const kind of ['calls', 'loop']) {
  await using program = await start(kind)
  const profile = await program.get('profile?seconds=4')
  writeFileSync(`${recorded}/${kind}.pb.gz`, new Uint8Array(await profile.arrayBuffer()))
}
{
  await using program = await start('deadlines')
  const trace = await program.get('trace?seconds=0.3')
  writeFileSync(`${recorded}/deadlines.trace.gz`, gzipSync(new Uint8Array(await trace.arrayBuffer())))
}
rmSync(folder, { recursive: true })
