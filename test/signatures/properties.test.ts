import fc from 'fast-check'
import { describe, test } from 'vitest'
import { judge } from '../../lab/signatures/judge.ts'
import type { Window } from '../../lab/windows/window.ts'
import { captures } from '../captures/read.ts'
import { addHealthy, addIdleThreads, scale, split } from './transformations.ts'

/** Kept captures, with what the judge says of them as they are. */
const all = captures().map(({ name, windows }) => ({ name, windows, ...judge(windows) }))

/** Where no call and no function gives a loop away, only that nothing is achieved at all: a healthy half contradicts that. */
const RESTS_ON_ABSENCE = 0.6

/** Neither turns a healthy process into a sick one, nor hides a spin. */
function keepsVerdict<T>(change: fc.Arbitrary<T>, apply: (windows: Window[], change: T) => Window[], among = all) {
  fc.assert(
    fc.property(
      fc.constantFrom(...among),
      change,
      ({ windows, verdict }, how) => judge(apply(windows, how)).verdict === verdict,
    ),
    { numRuns: 300 },
  )
}

describe('the verdict does not change when', () => {
  test('everything is faster or slower', () =>
    keepsVerdict(fc.double({ min: 0.5, max: 4, noNaN: true }), (windows, factor) => scale(windows, factor)))

  test('idle threads are added', () =>
    keepsVerdict(fc.integer({ min: 1, max: 200 }), (windows, count) => addIdleThreads(windows, count)))

  test('healthy connections are added', () =>
    keepsVerdict(
      fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 30 }),
      (windows, rates) => addHealthy(windows, rates),
      all.filter(({ verdict, confidence }) => verdict === 'healthy' || confidence > RESTS_ON_ABSENCE),
    ))

  test('windows are split', () => keepsVerdict(fc.constant(undefined), (windows) => split(windows)))

  test('windows come in another order', () =>
    keepsVerdict(fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), (windows, keys) =>
      windows
        .map((window, i) => ({ window, key: keys[i % keys.length] ?? 0 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ window }) => window),
    ))
})
