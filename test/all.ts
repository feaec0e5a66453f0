import { join } from 'node:path'
import { execa } from 'execa'
import { repository } from '../lab/places.ts'
import { type Count, countVitest } from './count-vitest.ts'

/**
 * All tests, one after the other, with the checks in the time that they leave, and one count at the end. A test that this machine cannot
 * run is a counted skip; SPINLAB_STRICT=1 turns each skip into a failure.
 */
const none: Count = { passed: 0, failed: 0, skipped: [] }
const modules = ['servers', 'probe', 'bench/server', 'test/patches']
const bin = (name: string) => join(repository, 'node_modules', '.bin', name)

type Step = [name: string, run: () => Promise<Count>]

const checks: Step[] = [
  ['types', () => check([bin('tsc')])],
  ['lint and format', () => check([bin('biome'), 'check', '--error-on-warnings'])],
  ...modules.flatMap((module): Step[] => [
    [`gofmt ${module}`, () => check(['sh', '-c', `test -z "$(gofmt -l ${module} | tee /dev/stderr)"`])],
    [`go vet ${module}`, () => check(['go', '-C', module, 'vet', './...'])],
    [
      `staticcheck ${module}`,
      () =>
        check(['go', '-C', module, 'tool', `-modfile=${join(repository, 'tools', 'go.mod')}`, 'staticcheck', './...']),
    ],
  ]),
]

const tests: Step[] = [
  ...modules.map((module): Step => [`go test ${module}`, () => goTest(module)]),
  ['vitest', () => countVitest()],
]

/** A command that passes or fails as a whole. */
async function check(argv: readonly string[]): Promise<Count> {
  // SCHED_IDLE: whatever a test runs comes first (sched(7)).
  const { failed, all } = await run(['chrt', '--idle', '0', ...argv])
  if (failed) process.stdout.write(`${all}\n`)
  return { ...none, passed: failed ? 0 : 1, failed: failed ? 1 : 0 }
}

/** Counts the tests without sub-tests of their own, by the events of `go test -json` (go doc test2json). */
async function goTest(module: string): Promise<Count> {
  const { all, failed } = await run(['go', '-C', module, 'test', '-json', './...'])
  const events = all
    .split('\n')
    .flatMap((line): GoEvent[] =>
      line.startsWith('{') ? [JSON.parse(line)] : [{ Action: 'output', Output: `${line}\n` }],
    )
  const tests = new Map<string, { action: string; output: string }>()
  for (const { Action, Package, Test, Output } of events) {
    const key = `${Package} ${Test ?? ''}`
    const test = tests.get(key) ?? { action: '', output: '' }
    tests.set(key, {
      action: ['pass', 'fail', 'skip'].includes(Action) ? Action : test.action,
      output: test.output + (Output ?? ''),
    })
  }
  const isLeaf = (key: string) => !key.endsWith(' ') && ![...tests.keys()].some((other) => other.startsWith(`${key}/`))
  const count: Count = { passed: 0, failed: 0, skipped: [] }
  for (const [key, { action, output }] of tests) {
    if (action === 'fail') process.stdout.write(output)
    if (!isLeaf(key)) continue
    if (action === 'pass') count.passed++
    if (action === 'fail') count.failed++
    if (action === 'skip') count.skipped.push(`${key}: ${output.split('\n').slice(1, -2).join(' ').trim()}`)
  }
  // A package that does not build has no tests that could fail.
  if (failed && count.failed === 0) {
    process.stdout.write(events.map((event) => event.Output ?? '').join(''))
    count.failed = 1
  }
  return count
}

interface GoEvent {
  Action: string
  Package?: string
  Test?: string
  Output?: string
}

async function run([file = '', ...args]: readonly string[]) {
  return execa(file, args, { cwd: repository, reject: false, all: true, stdin: 'ignore' })
}

const total: Count = { passed: 0, failed: 0, skipped: [] }

async function count([name, step]: Step) {
  const started = Date.now()
  const { passed, failed, skipped } = await step()
  total.passed += passed
  total.failed += failed
  total.skipped.push(...skipped)
  process.stdout.write(
    `${failed ? 'FAILED' : 'ok'}  ${name}: ${passed} passed, ${failed} failed, ${skipped.length} skipped (${((Date.now() - started) / 1000).toFixed(1)} s)\n`,
  )
}

const checked = Promise.all(checks.map(count))
// Tests would disturb each other's measurements.
for (const step of tests) await count(step)
await checked
for (const reason of total.skipped) process.stdout.write(`skipped  ${reason}\n`)
if (process.env.SPINLAB_STRICT && total.skipped.length) {
  process.stdout.write('a skip is a failure here: SPINLAB_STRICT is set\n')
  total.failed += total.skipped.length
  total.skipped = []
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped\n`)
process.exitCode = total.failed ? 1 : 0
