import type { Estimate } from '../statistics/median.ts'
import type { Proportion } from '../statistics/proportion.ts'
import { compact } from './table.ts'

/** `1.2 (1.1 to 1.4)`: the median, and where the true one lies with 95 % confidence. */
export function withInterval(estimate: Estimate | null, unit = ''): string {
  if (!estimate) return '-'
  const interval = estimate.interval ? ` (${estimate.interval.map((end) => compact(end)).join(' to ')})` : ''
  return `${compact(estimate.median)}${unit}${interval}`
}

/** `10 % (1.8 to 40 %)` */
export const share = ({ rate, interval: [low, high] }: Proportion) =>
  `${percent(rate)} % (${percent(low)} to ${percent(high)} %)`

const percent = (part: number) => Number((100 * part).toPrecision(2))
