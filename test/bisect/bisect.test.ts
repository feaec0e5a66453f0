import { describe, expect, test } from 'vitest'
import { type BisectPlan, bisect } from '../../lab/bisect/bisect.ts'
import { broken } from '../../lab/errors.ts'
import type { Trial } from '../../lab/programs/trial.ts'
import type { SpinClass } from '../../lab/signatures/finding.ts'

const of = (verdict: Trial['verdict'], spin: SpinClass | null = null): Trial => ({
  verdict,
  class: spin,
  cause: verdict === 'absent' ? null : `what ${spin ?? 'is missing'}`,
  rates: { cores: null, wakeups: null, progress: null },
  seconds: 1,
})
const HEALTHY = () => of('absent')
const SPINS = () => of('present', 'error-loop')
const UNSEEN = () => of('no-data')
const ELSE = () => of('present', 'empty-wakeups')
const BROKEN = () => {
  throw broken('it does not start')
}

const run = (acts: readonly (() => Trial)[], change: Partial<BisectPlan> = {}) =>
  bisect({
    program: './p',
    module: 'm',
    steps: acts.map((_, i) => ({ name: `v${i}`, change: { patches: [] } })),
    good: 'v0',
    bad: `v${acts.length - 1}`,
    attempt: async ({ name }) => acts[Number(name.slice(1))]?.() ?? HEALTHY(),
    tell: () => {},
    ...change,
  })

test('names where a spin appeared', async () =>
  expect(await run([HEALTHY, HEALTHY, SPINS, SPINS, SPINS])).toMatchObject({
    outcome: 'pass',
    change: 'appeared',
    class: 'error-loop',
    before: 'v1',
    after: 'v2',
    skipped: [],
  }))

test('names where it went away', async () =>
  expect(await run([SPINS, SPINS, HEALTHY], { good: 'v2', bad: 'v0' })).toMatchObject({
    outcome: 'pass',
    change: 'went away',
    before: 'v1',
    after: 'v2',
  }))

test.each([
  { what: UNSEEN, why: 'what could not be seen', reason: 'what is missing' },
  { what: BROKEN, why: 'what does not start', reason: 'it does not start' },
  { what: ELSE, why: 'another spin than that of the bad end', reason: 'it spins in another way: what empty-wakeups' },
])('$why is skipped, and the answer is a range', async ({ what, reason }) => {
  const found = await run([HEALTHY, what, SPINS])
  expect(found).toMatchObject({ outcome: 'inconclusive', before: 'v0', after: 'v2', skipped: ['v1'] })
  expect(found.steps.find(({ name }) => name === 'v1')).toMatchObject({ answer: 'skip', reason })
})

describe('an end', () => {
  test.each([
    { acts: [HEALTHY, HEALTHY], outcome: 'fail', why: 'bad that does not spin' },
    { acts: [SPINS, SPINS], outcome: 'fail', why: 'good that spins' },
    { acts: [ELSE, SPINS], outcome: 'fail', why: 'good that spins in another way' },
    { acts: [UNSEEN, SPINS], outcome: 'inconclusive', why: 'good that could not be judged' },
    { acts: [HEALTHY, UNSEEN], outcome: 'inconclusive', why: 'bad that could not be judged' },
  ])('given as $why: $outcome', async ({ acts, outcome }) =>
    expect(await run(acts)).toMatchObject({ outcome, before: null, after: null }),
  )

  test('that does not start ends it', () => expect(run([BROKEN, SPINS])).rejects.toMatchObject({ exitCode: 5 }))
})
