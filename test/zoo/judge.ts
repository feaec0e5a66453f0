/**
 * Judges `diagnose` on the living zoo: `node test/zoo/judge.ts [--command 'bin/spinlab diagnose {pid} --json'] [SUBSTRING…]`.
 * A line an animal, then how many were right; exit 1 when one was not.
 */
import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { repository } from '../../lab/places.ts'
import { type Animal, animals, keep } from './keeper.ts'

const { values, positionals } = parseArgs({
  options: { command: { type: 'string', default: 'bin/spinlab diagnose {pid} --json' } },
  allowPositionals: true,
})
const wanted = animals().filter(({ name }) => !positionals.length || positionals.some((part) => name.includes(part)))
let right = 0
for (const animal of wanted) {
  const { ok, line } = await judge(animal).catch((error: Error) => ({ ok: false, line: error.message }))
  if (ok) right++
  process.stdout.write(`${ok ? 'ok ' : 'BAD'} ${animal.name.padEnd(34)} ${line}\n`)
}
process.stdout.write(`${right} of ${wanted.length} are right\n`)
process.exitCode = right === wanted.length ? 0 : 1

async function judge(animal: Animal): Promise<{ ok: boolean; line: string }> {
  await using captive = await keep(animal)
  // The load opens its connections, and what compiles at run time has compiled.
  await delay(1500)
  const [file = '', ...args] = values.command.replace('{pid}', `${captive.pid}`).split(' ')
  const begun = performance.now()
  const { stdout, stderr } = spawnSync(file, args, { cwd: repository, encoding: 'utf8', timeout: 30_000 })
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  if (!stdout) return { ok: false, line: `no answer: ${stderr.trim()}` }
  const { verdict, class: spin, cause, findings, confidence } = JSON.parse(stdout)
  const got = verdict === 'spin' ? spin : verdict
  const found = !animal.finding || findings.some(({ name }: { name: string }) => name === animal.finding)
  return {
    ok: [animal.expect, ...animal.also].includes(got) && found,
    line: `want ${animal.expect}, got ${got} (${confidence}) in ${seconds} s: ${`${cause}`.slice(0, 110)}`,
  }
}
