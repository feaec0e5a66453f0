import { describe, expect, test } from 'vitest'
import { against } from '../../lab/baseline/against.ts'
import { baselineOf } from '../../lab/baseline/baseline.ts'
import type { ExperimentResult } from '../../lab/experiment/result.ts'
import { resultOf, sixOf } from './results.ts'

const compare = (before: readonly ExperimentResult[], now: readonly ExperimentResult[]) =>
  against(baselineOf(before, '2026-01-01T00:00:00Z'), now, { worseThan: 1.25, seed: 1 })

const worse = (found: ReturnType<typeof compare>) =>
  found.comparisons.filter(({ verdict }) => verdict === 'worse').map(({ phase, what }) => `${phase} ${what}`)

test('the same is no worse', () => expect(compare(sixOf(0.1), sixOf(0.1)).worse).toBe(false))

describe('worse is', () => {
  test('what burns surely more where the spin is absent, with the figure', () => {
    const found = compare(sixOf(0.1), sixOf(0.2))
    expect(worse(found)).toEqual(['baseline cores'])
    const [low = 0, high = 0] =
      found.comparisons.find(({ phase, what }) => phase === 'baseline' && what === 'cores')?.ratio?.interval ?? []
    expect(low).toBeGreaterThan(1.25)
    expect(high).toBeLessThan(3)
  })

  test('another class of spin', () =>
    expect(worse(compare(sixOf(0.1), sixOf(0.1, { class: 'userland-loop' })))).toEqual(['fault found']))

  test('a run that does not pass where all did', () =>
    expect(worse(compare(sixOf(0.1), [...sixOf(0.1), resultOf({ outcome: 'inconclusive' })]))).toEqual([
      'whole outcome',
    ]))

  test('a phase that is not reached any more', () => {
    const [baseline] = resultOf().phases
    const cut = sixOf(0.1).map((result) => ({ ...result, phases: baseline ? [baseline] : [] }))
    expect(worse(compare(sixOf(0.1), cut))).toEqual(['fault found'])
  })
})

describe('no worse is', () => {
  test('what burns less', () => expect(compare(sixOf(0.2), sixOf(0.1)).worse).toBe(false))

  test('a spin that found more free cores', () =>
    expect(compare(sixOf(0.1), sixOf(0.1, { faultCores: 2 })).worse).toBe(false))

  test('twice of next to nothing', () => expect(compare(sixOf(0.004), sixOf(0.008)).worse).toBe(false))

  test('a tenth more, which the interval does not tell from a quarter', () =>
    expect(compare(sixOf(0.4), sixOf(0.44)).worse).toBe(false))
})

describe('unknown, and no gate, is', () => {
  const verdict = (now: readonly ExperimentResult[]) =>
    compare(sixOf(0.1), now).comparisons.find(({ phase, what }) => phase === 'baseline' && what === 'cores')?.verdict

  test('a rate of too few runs', () => expect(verdict([resultOf({ cores: 0.3 })])).toBe('unknown'))
  test('a rate that nobody measured', () => expect(verdict(sixOf(1, { cores: null }))).toBe('unknown'))
})
