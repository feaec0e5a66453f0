import { styleText } from 'node:util'
import type { ExperimentResult } from '../experiment/result.ts'
import { borderless, paint } from './table.ts'

/** A line for each experiment, and in full why those that are no pass are none. */
export function summaryTable(results: readonly ExperimentResult[]): string {
  const table = borderless(['scenario', 'variant', 'outcome', 'fault', 'fixes that end the spin', 'seconds'])
  for (const { scenario, variant, outcome, phases, seconds } of results) {
    const fault = phases.find(({ name }) => name === 'fault')
    const fixed = phases.filter(({ name }) => name === 'fixed')
    const ends = fixed.filter(({ verdict }) => verdict === 'absent')
    table.push([
      scenario,
      variant,
      paint(outcome, outcome),
      fault?.class ?? fault?.verdict ?? '-',
      `${ends.length} of ${fixed.length}`,
      seconds.toFixed(1),
    ])
  }
  const reasons = results.flatMap(({ scenario, variant, reasons, reproduce }) =>
    reasons.map((reason) => `  ${scenario} ${variant}: ${reason}\n    again  ${reproduce}`),
  )
  const total = results.reduce((sum, { seconds }) => sum + seconds, 0)
  const passed = results.filter(({ outcome }) => outcome === 'pass').length
  const words = `${passed} of ${results.length} experiments pass, in ${total.toFixed(0)} s`
  return `${`${table}`.replaceAll(/ +$/gm, '')}\n\n${reasons.length ? `${reasons.join('\n')}\n\n` : ''}${styleText('bold', words)}\n`
}
