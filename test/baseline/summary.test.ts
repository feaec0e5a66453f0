import { expect, test } from 'vitest'
import { summarise } from '../../lab/baseline/summary.ts'
import { resultOf, sixOf } from './results.ts'

test('counts outcomes and what was found, and gives medians with intervals', () => {
  const { runs, pass, fail, flake, phases } = summarise([...sixOf(0.1), resultOf({ outcome: 'fail' })], 1)
  expect({ runs, pass, fail }).toEqual({ runs: 7, pass: 6, fail: 1 })
  expect(flake?.rate).toBeCloseTo(1 / 7)
  expect(flake?.interval[0]).toBeLessThan(1 / 7)
  expect(phases.map(({ phase, found }) => [phase, found])).toEqual([
    ['baseline', { absent: 7 }],
    ['fault', { 'error-loop': 7 }],
  ])
  expect(phases[0]?.cores?.median).toBeCloseTo(0.1)
  expect(phases[0]?.cores?.interval).toHaveLength(2)
})

test('runs that all fail do not flake', () =>
  expect(summarise([resultOf({ outcome: 'fail' }), resultOf({ outcome: 'fail' })], 1).flake?.rate).toBe(0))

test('what nobody measured is null, and of no run there is nothing', () => {
  expect(summarise([resultOf({ cores: null })], 1).phases[0]?.cores).toBeNull()
  expect(summarise([], 1)).toMatchObject({ runs: 0, flake: null, phases: [] })
})
