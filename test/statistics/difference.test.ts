import { expect, test } from 'vitest'
import { Random } from '../../clients/random.ts'
import { difference } from '../../lab/statistics/difference.ts'

const random = () => new Random(1)

test('four that pass against four that fail differ', () => {
  const { p, differs } = difference([0, 0, 0, 0], [1, 1, 1, 1], random())
  expect(differs).toBe(true)
  // 2 of the 70 ways to choose 4 of 8
  expect(p).toBeCloseTo(2 / 70, 2)
})

test('the same does not differ', () =>
  expect(difference([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], random())).toMatchObject({ differs: false }))

test('one flake in five is no difference', () =>
  expect(difference([0, 0, 0, 0, 0], [0, 0, 1, 0, 0], random()).differs).toBe(false))

test('three against three say nothing, nor do values that nobody measured', () => {
  expect(difference([0, 0, 0], [1, 1, 1], random())).toEqual({ p: null, differs: null })
  expect(difference([0, 0, 0, 0], [1, 1, 1, null], random())).toEqual({ p: null, differs: null })
})

test('calls the same thing different in 1 of 20 experiments, hardly more', () => {
  const draws = random()
  const sample = () => Array.from({ length: 6 }, () => draws.unit())
  const experiments = 100
  const wrong = Array.from({ length: experiments }, () => difference(sample(), sample(), draws).differs).filter(Boolean)
  // Four standard deviations of a binomial with 0.05 above what is claimed.
  expect(wrong.length / experiments).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / experiments))
})
