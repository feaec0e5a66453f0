import { styleText } from 'node:util'
import type { Bisection, Seen } from '../bisect/bisect.ts'
import { borderless } from './table.ts'

/** The answer first, then each step that it rests on. */
export function bisectionReport(bisection: Bisection): string {
  const table = borderless(['step', '', 'verdict', 'seconds', ''])
  for (const { name, answer, verdict, class: spin, reason, seconds } of bisection.steps)
    table.push([name, answer, spin ?? verdict ?? '-', seconds ? seconds.toFixed(1) : '-', reason ?? ''])
  return `${styleText('bold', answerOf(bisection))}\n\n${`${table}`.replaceAll(/ +$/gm, '')}\n`
}

/** A line for whoever waits. */
export const stepLine = ({ name, answer, verdict, class: spin, reason }: Seen) =>
  `${name}: ${answer} (${spin ?? verdict ?? reason})`

function answerOf({ outcome, good, bad, steps, before, after, skipped, change, class: spin }: Bisection): string {
  if (!before || !after) {
    const wrong = steps.find(
      ({ name, answer }) => (name === good && answer !== 'good') || (name === bad && answer !== 'bad'),
    )
    if (!wrong) return 'Nothing was found'
    const said = wrong.name === good ? 'good' : 'bad'
    return outcome === 'fail'
      ? `${wrong.name} was given as ${said}, and ${wrong.verdict === 'present' ? `spins: ${wrong.class}` : 'does not spin'}`
      : `${wrong.name} was given as ${said}, and could not be judged: ${wrong.reason}`
  }
  const what = `The ${spin} ${change}`
  if (!skipped.length) return `${what} in ${after}; ${before} is the last before`
  return `${what} after ${before}, in ${after} or in one that could not be judged: ${skipped.join(', ')}`
}
