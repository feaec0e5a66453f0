import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Side, search } from '../../lab/bisect/search.ts'

/** A line that changes before the step `at`, with some steps that cannot be judged. */
const line =
  (at: number, broken: ReadonlySet<number> = new Set(), looked: number[] = []) =>
  async (step: number): Promise<Side> => {
    looked.push(step)
    return broken.has(step) ? 'skip' : step < at ? 'first' : 'last'
  }

test('two neighbours need no look', async () => {
  const looked: number[] = []
  expect(await search(2, line(1, new Set(), looked))).toEqual({ before: 0, after: 1, skipped: [] })
  expect(looked).toEqual([])
})

test('a step that cannot be judged is passed over for the next one', async () => {
  expect(await search(9, line(7, new Set([4])))).toEqual({ before: 6, after: 7, skipped: [] })
})

test('a change among steps that cannot be judged is a range', async () => {
  expect(await search(9, line(5, new Set([4, 5, 6])))).toEqual({ before: 3, after: 7, skipped: [4, 5, 6] })
})

describe('whatever cannot be judged', () => {
  const lines = fc.integer({ min: 2, max: 60 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      at: fc.integer({ min: 1, max: count - 1 }),
      broken: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 })),
    }),
  )

  test('the change lies between the two steps, and all between are named', () =>
    fc.assert(
      fc.asyncProperty(lines, async ({ count, at, broken }) => {
        const inner = new Set(broken.filter((step) => step > 0 && step < count - 1))
        const { before, after, skipped } = await search(count, line(at, inner))
        expect(before).toBeLessThan(at)
        expect(after).toBeGreaterThanOrEqual(at)
        expect(skipped).toEqual(Array.from({ length: after - before - 1 }, (_, i) => before + 1 + i))
        for (const step of skipped) expect(inner.has(step)).toBe(true)
      }),
    ))

  test('a sound line takes no more looks than halving it', () =>
    fc.assert(
      fc.asyncProperty(lines, async ({ count, at }) => {
        const looked: number[] = []
        await search(count, line(at, new Set(), looked))
        expect(looked.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)))
      }),
    ))
})
