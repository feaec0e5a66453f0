import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../clients/random.ts'
import { proportion } from '../../lab/statistics/proportion.ts'

test.each([
  // Newcombe 1998, table I, method 3
  { count: 81, of: 263, low: 0.2553, high: 0.3662 },
  { count: 15, of: 148, low: 0.0624, high: 0.1605 },
  { count: 0, of: 20, low: 0, high: 0.1611 },
  { count: 1, of: 29, low: 0.0061, high: 0.1718 },
])("$count of $of: Newcombe's published interval", ({ count, of, low, high }) => {
  const { interval } = proportion(count, of)
  expect(interval[0]).toBeCloseTo(low, 3)
  expect(interval[1]).toBeCloseTo(high, 3)
})

test('lies within 0 and 1 and holds the rate', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.nat(), (of, n) => {
      const { rate, interval } = proportion(n % (of + 1), of)
      expect(interval[0]).toBeGreaterThanOrEqual(0)
      expect(interval[1]).toBeLessThanOrEqual(1)
      // What is added up in another order may differ in the last digit.
      expect(rate).toBeGreaterThanOrEqual(interval[0] - 1e-12)
      expect(rate).toBeLessThanOrEqual(interval[1] + 1e-12)
    }),
  ))

test('holds the true share of 19 in 20 experiments', () => {
  const random = new Random(5)
  const experiments = 400
  const held = Array.from({ length: experiments }, () => {
    const count = Array.from({ length: 30 }, () => random.unit()).filter((draw) => draw < 0.1).length
    const [low, high] = proportion(count, 30).interval
    return low <= 0.1 && 0.1 <= high
  }).filter(Boolean).length
  // Four standard deviations of a binomial with 0.95 below what is claimed.
  expect(held / experiments).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / experiments))
})
