import { quantileSorted, sampleWithReplacement, median as simpleMedian } from 'simple-statistics'
import type { Random } from '../../clients/random.ts'

/** Enough that another seed moves the ends of an interval by less than they mean. */
const RESAMPLES = 5000
/** With fewer values the true median lies outside all of them in more than one of twenty experiments (2 / 2^n). */
const FEWEST = 6

/** The middle of some values, and where the true middle lies with 95 % confidence. */
export interface Estimate {
  median: number
  /** absent of fewer than 6 values */
  interval?: [low: number, high: number]
  /** how many values it rests on */
  of: number
}

/** NaN of nothing. */
export const median = (values: readonly number[]): number => (values.length ? simpleMedian([...values]) : Number.NaN)

/** null of nothing; unmeasured values are left out. */
export function estimate(values: readonly (number | null)[], random: Random): Estimate | null {
  const known = values.filter((value) => value !== null)
  if (!known.length) return null
  return {
    median: median(known),
    ...(known.length >= FEWEST && { interval: bootstrapInterval(known, random) }),
    of: known.length,
  }
}

/** The 95 % interval of the median: percentiles of the medians of samples drawn from the values with replacement (Efron 1979). */
export function bootstrapInterval(values: readonly number[], random: Random): [low: number, high: number] {
  return middle(Array.from({ length: RESAMPLES }, () => resampledMedian(values, random)))
}

/** How many times the median of `before` that of `after` is, where both have enough values for an interval. */
export function ratio(
  before: readonly (number | null)[],
  after: readonly (number | null)[],
  random: Random,
): Estimate | null {
  const [old, fresh] = [before, after].map((values) => values.filter((value) => value !== null)) as [number[], number[]]
  const base = median(old)
  // Nothing is a multiple of nothing.
  if (!(base > 0) || !fresh.length) return null
  const enough = Math.min(old.length, fresh.length) >= FEWEST
  const draw = () => resampledMedian(fresh, random) / Math.max(resampledMedian(old, random), Number.MIN_VALUE)
  return {
    median: median(fresh) / base,
    ...(enough && { interval: middle(Array.from({ length: RESAMPLES }, draw)) }),
    of: Math.min(old.length, fresh.length),
  }
}

const resampledMedian = (values: readonly number[], random: Random) =>
  median(sampleWithReplacement([...values], values.length, () => random.unit()))

/** The middle 95 % of values. */
function middle(values: number[]): [low: number, high: number] {
  const sorted = values.sort((a, b) => a - b)
  return [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)]
}
