import { expect, test } from 'vitest'
import { broken, unsupported, usage } from '../../lab/errors.ts'
import type { CellRun } from '../../lab/matrix/cell.ts'
import { type MatrixPlan, runMatrix } from '../../lab/matrix/run.ts'
import type { Subject } from '../../lab/matrix/subject.ts'
import type { Patch } from '../../lab/toolchains/patch.ts'
import { runOf } from './cells.ts'

const PATCH: Patch = { name: 'a.diff', path: '/a.diff', text: '', files: [] }

/** What each cell does, by its patch or setting; a cell that is not named passes. */
const subject = (acts: Readonly<Record<string, () => CellRun | never>>, order: string[] = []): Subject => ({
  name: './p',
  variant: null,
  async build({ patches: [patch] }) {
    if (patch) acts.build?.()
    return async ({ GODEBUG }) => {
      const name = patch?.name ?? GODEBUG ?? 'nothing'
      order.push(name)
      return acts[name]?.() ?? runOf('pass', 0.1)
    }
  },
})

const run = (one: Subject, change: Partial<MatrixPlan> = {}) =>
  runMatrix({
    subjects: [one],
    toolchains: ['local'],
    patches: [PATCH],
    godebug: [],
    repeat: 1,
    seed: 1,
    stop: new AbortController().signal,
    reproduce: () => 'again',
    tell: () => {},
    ...change,
  })

const outcomes = async (...args: Parameters<typeof run>) => (await run(...args)).map(({ outcome }) => outcome)

test('baseline and change stand side by side, run in turns', async () => {
  const order: string[] = []
  const cells = await run(subject({}, order), { repeat: 2, godebug: ['panicnil=1'] })
  expect(cells.map(({ patch, godebug }) => patch ?? godebug)).toEqual([null, 'a.diff', 'panicnil=1'])
  expect(order).toEqual(['nothing', 'a.diff', 'panicnil=1', 'nothing', 'a.diff', 'panicnil=1'])
})

test('a run that fails makes the cell fail, whatever the others did', async () => {
  let runs = 0
  const flaky = subject({ 'a.diff': () => runOf(++runs === 2 ? 'fail' : 'pass', 1) })
  const [, cell] = await run(flaky, { repeat: 3 })
  expect(cell).toMatchObject({ outcome: 'fail', verdict: 'present', class: 'userland-loop', reasons: ['it is a fail'] })
})

test('what cannot be built is unsupported with the reason, and the other cells go on', async () => {
  const acts = {
    build: () => {
      throw unsupported('a.diff does not apply')
    },
  }
  const cells = await run(subject(acts))
  expect(cells.map(({ outcome }) => outcome)).toEqual(['pass', 'unsupported'])
  expect(cells[1]).toMatchObject({ verdict: null, reasons: ['a.diff does not apply'], runs: [] })
})

test('a Go that is not to be had is unsupported', async () => {
  const cells = await run(subject({}), { toolchains: ['/nowhere', 'local'], patches: [] })
  expect(cells.map(({ outcome, version }) => [outcome, version !== null])).toEqual([
    ['unsupported', false],
    ['pass', true],
  ])
})

test.each([broken('no disk'), new Error('connect ECONNREFUSED')])(
  'a lab that fails (%s) is an error of its cell',
  async (error) => {
    const acts = {
      'a.diff': () => {
        throw error
      },
    }
    expect(await outcomes(subject(acts))).toEqual(['pass', 'error'])
  },
)

test("a mistake of the caller's ends it all", () =>
  expect(run(subject({}), { toolchains: ['nonsense'] })).rejects.toMatchObject({ exitCode: usage('').exitCode }))

test('what was not reached before a stop is inconclusive', async () => {
  const stop = new AbortController()
  const stopping = subject({
    nothing: () => {
      stop.abort()
      return runOf('pass', 0.1)
    },
  })
  expect(await outcomes(stopping, { stop: stop.signal })).toEqual(['pass', 'inconclusive'])
})
