import type { ExperimentResult } from '../experiment/result.ts'
import { titledPhases } from '../experiment/titled-phases.ts'
import { type Case, type Suite, writeJunitFile } from './junit-file.ts'

/** One suite an experiment, one case a phase. */
export const writeJunit = (path: string, results: readonly ExperimentResult[]) =>
  writeJunitFile(path, results.map(suiteOf))

function suiteOf(result: ExperimentResult): Suite {
  const { scenario, variant, seconds, outcome, reasons, reproduce } = result
  const cases = titledPhases(result).map(
    ({ title, phase }): Case => ({
      name: title,
      seconds: phase.seconds,
      outcome: phase.outcome,
      text: [...phase.reasons, `again: ${reproduce}`].join('\n'),
    }),
  )
  // What belongs to no phase, such as a witness that disagrees, must not be lost in a green report.
  if (outcome !== 'pass' && cases.every((one) => one.outcome === 'pass'))
    cases.push({ name: 'whole', seconds: 0, outcome: 'inconclusive', text: reasons.join('\n') || outcome })
  return { name: `${scenario} ${variant}`, className: `spinlab.${scenario}`, seconds, cases }
}
