import { expect, test } from 'vitest'
import { Random } from '../../clients/random.ts'

const draw = (random: Random, count = 8) => Array.from({ length: count }, () => random.uint32())

test('one seed gives the same numbers, here and on every machine', () => {
  expect(draw(new Random(42, 7))).toEqual(draw(new Random(42, 7)))
  expect(draw(new Random(1), 3)).toMatchInlineSnapshot(`
    [
      3387734806,
      1080862987,
      3546521498,
    ]
  `)
})

test('seeds, streams and purposes that differ by one have nothing in common', () => {
  const streams = [new Random(1), new Random(2), new Random(1, 1), new Random(1, 0, 1), new Random(2 ** 32 + 1)]
  const all = streams.flatMap((random) => draw(random, 100))
  expect(new Set(all).size).toBe(all.length)
})

test('between reaches both ends and nothing beyond', () => {
  const random = new Random(3)
  const seen = new Set(Array.from({ length: 1000 }, () => random.between(5, 8)))
  expect([...seen].sort()).toEqual([5, 6, 7, 8])
})

test('bits are even', () => {
  const random = new Random(4)
  const ones = Array.from({ length: 32 }, () => 0)
  const draws = 20_000
  for (const number of draw(random, draws))
    for (let bit = 0; bit < 32; bit++) ones[bit] = (ones[bit] ?? 0) + ((number >>> bit) & 1)
  // Standard deviation of the count is sqrt(draws) / 2; six of them are never met by chance.
  for (const count of ones) expect(Math.abs(count - draws / 2)).toBeLessThan(3 * Math.sqrt(draws))
})

test('a shuffle loses nothing and leaves the original alone', () => {
  const items = Array.from({ length: 20 }, (_, index) => index)
  const shuffled = new Random(5).shuffle(items)
  expect(shuffled).not.toEqual(items)
  expect([...shuffled].sort((a, b) => a - b)).toEqual(items)
  expect(new Random(5).shuffle(items)).toEqual(shuffled)
})

test('bytes are as many as asked for', () => {
  expect(new Random(6).bytes(33)).toHaveLength(33)
  expect(new Random(6).bytes(0)).toHaveLength(0)
})
