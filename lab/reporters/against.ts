import { styleText } from 'node:util'
import type { Against, Comparison } from '../baseline/against.ts'
import { withInterval } from './figures.ts'
import { borderless, compact } from './table.ts'

const WORDS = {
  outcome: 'outcome',
  found: 'found',
  cores: 'cores',
  wakeups: 'wake-ups/s',
  saneP50: 'sane p50, ms',
} as const

/** Whether it has become worse, then every figure that this rests on. */
export function againstReport({ worse, comparisons }: Against): string {
  const table = borderless(['phase', 'what', 'baseline', 'now', 'ratio', ''])
  for (const comparison of comparisons) {
    const { phase, what, before, now, ratio, verdict } = comparison
    table.push([phase, WORDS[what], figure(before), figure(now), ratio ? withInterval(ratio) : '', paint(verdict)])
  }
  const unknown = comparisons.filter(({ verdict }) => verdict === 'unknown').length
  const headline = worse
    ? styleText(['red', 'bold'], 'Worse than the baseline')
    : styleText('green', 'No worse than the baseline')
  const blind = unknown ? `; ${unknown} rates could not be compared: an interval takes 6 runs on both sides` : ''
  return `${headline}${blind}\n\n${`${table}`.replaceAll(/ +$/gm, '')}\n`
}

const figure = (value: Comparison['before']) => (typeof value === 'number' ? compact(value) : (value ?? '-'))

const paint = (verdict: Comparison['verdict']) =>
  verdict === 'worse' ? styleText('red', verdict) : verdict === 'unknown' ? styleText('yellow', verdict) : verdict
