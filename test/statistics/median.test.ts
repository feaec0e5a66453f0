import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Random } from '../../clients/random.ts'
import { bootstrapInterval, estimate, median, ratio } from '../../lab/statistics/median.ts'

const samples = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 25 })
const seeds = fc.nat()

describe('the median', () => {
  test.each([
    { values: [3], expected: 3, why: 'one value' },
    { values: [10, 2, 1], expected: 2, why: 'sorted as numbers, not as text' },
    { values: [4, 1, 3, 2], expected: 2.5, why: 'the middle of the middle two' },
    { values: [1, 1, 1000], expected: 1, why: 'an outlier does not move it' },
    { values: [], expected: Number.NaN, why: 'nothing has none' },
  ])('$why', ({ values, expected }) => expect(median(values)).toBe(expected))

  test('leaves the values in their order', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('the bootstrap interval of the median', () => {
  test('lies within the values, and holds their median', () =>
    fc.assert(
      fc.property(samples, seeds, (values, seed) => {
        const [low, high] = bootstrapInterval(values, new Random(seed))
        expect(low).toBeGreaterThanOrEqual(Math.min(...values))
        expect(high).toBeLessThanOrEqual(Math.max(...values))
        expect(low).toBeLessThanOrEqual(median(values))
        expect(high).toBeGreaterThanOrEqual(median(values))
      }),
      { numRuns: 30 },
    ))

  test('is the same again with the same seed', () => {
    const interval = () => bootstrapInterval([1, 2, 3, 4, 5, 6, 7], new Random(7))
    expect(interval()).toEqual(interval())
  })

  test('is a point where nothing varies', () => expect(bootstrapInterval([2, 2, 2, 2], new Random(1))).toEqual([2, 2]))

  test('holds the true median of 19 in 20 experiments', () => {
    const random = new Random(3)
    const experiments = 100
    const held = Array.from({ length: experiments }, () => {
      const [low, high] = bootstrapInterval(
        Array.from({ length: 21 }, () => random.unit()),
        random,
      )
      return low <= 0.5 && 0.5 <= high
    }).filter(Boolean).length
    // Four standard deviations of a binomial with 0.95 below what is claimed.
    expect(held / experiments).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / experiments))
  })
})

describe('an estimate', () => {
  const random = new Random(1)

  test('of nothing, or of nothing measured, there is none', () => {
    expect(estimate([], random)).toBeNull()
    expect(estimate([null, null], random)).toBeNull()
  })

  test('of five values has no interval, of six it has', () => {
    expect(estimate([1, 2, 3, 4, 5], random)).toEqual({ median: 3, of: 5 })
    expect(estimate([1, 2, 3, 4, 5, 6], random)?.interval).toHaveLength(2)
  })
})

describe('a ratio', () => {
  const random = new Random(1)
  const slow = [10, 11, 9, 10, 12, 10]

  test('says how many times as much, with an interval', () => {
    const found = ratio(
      slow,
      slow.map((value) => 3 * value),
      random,
    )
    expect(found?.median).toBeCloseTo(3)
    expect(found?.interval?.[0]).toBeGreaterThan(2)
    expect(found?.interval?.[1]).toBeLessThan(4)
  })

  test('of the same holds 1', () => {
    const [low = 0, high = 0] = ratio(slow, slow, random)?.interval ?? []
    expect(low).toBeLessThanOrEqual(1)
    expect(high).toBeGreaterThanOrEqual(1)
  })

  test('to nothing there is none', () => {
    expect(ratio([0, 0, 0, 0, 0, 0], slow, random)).toBeNull()
    expect(ratio([null], slow, random)).toBeNull()
  })
})
