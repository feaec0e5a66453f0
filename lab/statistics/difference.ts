import { permutationTest } from 'simple-statistics'
import type { Random } from '../../clients/random.ts'

/** Chance of calling two samples of the same thing different. */
const ALPHA = 0.05
const PERMUTATIONS = 10_000
/** Of 3 against 3 values, one order in ten is as extreme as the most extreme: no test can then reach 5 %. */
const FEWEST = 4

/** Whether two samples differ, by a permutation test of their means. */
export interface Difference {
  /** chance of a difference at least as large if there were none; null: too few values for any answer */
  p: number | null
  differs: boolean | null
}

export function difference(
  before: readonly (number | null)[],
  after: readonly (number | null)[],
  random: Random,
): Difference {
  const [old, fresh] = [before, after].map((values) => values.filter((value) => value !== null)) as [number[], number[]]
  if (Math.min(old.length, fresh.length) < FEWEST) return { p: null, differs: null }
  const p = permutationTest(old, fresh, 'two_side', PERMUTATIONS, () => random.unit())
  return { p, differs: p < ALPHA }
}
