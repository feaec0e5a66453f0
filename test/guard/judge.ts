/**
 * Guards living servers in several languages, `node test/guard/judge.ts [SUBSTRING…]`: those of servers/ here and those of the zoo whose first
 * lines say what must be found, `guard: healthy` (under the default chaos) or `guard: CHAOS CLASS WHEN [ARGUMENT…]`. A line each, then the count.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { spinlab } from '../spinlab.ts'
import { commandOf } from '../zoo/keeper.ts'

interface Expectation {
  path: string
  chaos?: string
  class?: string
  when?: string
  arguments: string[]
}

const folders = [join(import.meta.dirname, 'servers'), join(import.meta.dirname, '../zoo/healthy')]
const wanted = folders
  .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
  .flatMap(expectationsOf)
  .filter(({ path }) => process.argv.length === 2 || process.argv.slice(2).some((part) => path.includes(part)))

let passed = 0
for (const expectation of wanted) {
  const { ok, line } = await judge(expectation).catch((error: Error) => ({ ok: false, line: error.message }))
  if (ok) passed++
  process.stdout.write(`${ok ? 'ok ' : 'BAD'} ${basename(expectation.path).padEnd(28)} ${line}\n`)
}
process.stdout.write(`${passed} passed, ${wanted.length - passed} failed\n`)
process.exitCode = passed === wanted.length ? 0 : 1

function expectationsOf(path: string): Expectation[] {
  return [...readFileSync(path, 'utf8').matchAll(/^(?:\/\/|#) guard: (.*)$/gm)].map(([, words = '']) => {
    const [chaos = '', spin = '', when = '', ...own] = words.split(' ')
    return chaos === 'healthy' ? { path, arguments: [] } : { path, chaos, class: spin, when, arguments: own }
  })
}

async function judge(expectation: Expectation): Promise<{ ok: boolean; line: string }> {
  const { path, chaos, class: spin, when } = expectation
  const command = [...commandOf(path), ...expectation.arguments]
  const flags = chaos ? ['--chaos', chaos] : []
  const { stdout, stderr, exitCode } = await spinlab('guard', '-q', '--json', ...flags, '--', ...command)
  if (!stdout) return { ok: false, line: `no answer: ${stderr}` }
  const { outcome, reasons, seconds, chaos: trials } = JSON.parse(stdout)
  const found = trials.some((trial: Expectation) => trial.class === spin && trial.when === when)
  return {
    ok: spin ? exitCode === 1 && found : exitCode === 0,
    line: `want ${spin ? `${spin} ${when} under ${chaos}` : 'healthy'}, got ${outcome} in ${seconds.toFixed(1)} s: ${reasons.join('; ').slice(0, 160)}`,
  }
}
