import type { Random } from '../clients/random.ts'

/** Enough that another seed moves the ends of an interval by less than they mean. */
const RESAMPLES = 5000

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN
  return (lower + upper) / 2
}

/** The 95 % interval of the median: percentiles of the medians of samples drawn from the values with replacement (Efron 1979). */
export function bootstrapInterval(values: readonly number[], random: Random): [low: number, high: number] {
  const draw = () => values[random.between(0, values.length - 1)] ?? Number.NaN
  const medians = Array.from({ length: RESAMPLES }, () => median(values.map(draw))).sort((a, b) => a - b)
  const at = (share: number) => medians[Math.round(share * (RESAMPLES - 1))] ?? Number.NaN
  return [at(0.025), at(0.975)]
}

/** The middle of two rates, for ratios: twice and half have 1 between them. */
export const geometricMean = (a: number, b: number) => Math.sqrt(a * b)
