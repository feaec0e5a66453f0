import { phaseTitle } from '../experiment/phases.ts'
import type { ExperimentResult, PhaseResult } from '../experiment/result.ts'
import { type Case, type Suite, writeJunitFile } from './junit-file.ts'

/** One suite an experiment, one case a phase. */
export const writeJunit = (path: string, results: readonly ExperimentResult[]) =>
  writeJunitFile(path, results.map(suiteOf))

function suiteOf(result: ExperimentResult): Suite {
  const { scenario, variant, seconds, phases, controls, outcome, reasons, reproduce } = result
  const toCase = (phase: PhaseResult, prefix = ''): Case => ({
    name: `${prefix}${phaseTitle({ name: phase.name, fix: phase.fix ? { name: phase.fix } : null })}`,
    seconds: phase.seconds,
    outcome: phase.outcome,
    text: [...phase.reasons, `again: ${reproduce}`].join('\n'),
  })
  const cases = [
    ...phases.map((phase) => toCase(phase)),
    ...controls.flatMap((control) => control.phases.map((phase) => toCase(phase, `control ${control.variant} `))),
  ]
  // What belongs to no phase, such as a witness that disagrees, must not be lost in a green report.
  if (outcome !== 'pass' && cases.every((one) => one.outcome === 'pass'))
    cases.push({ name: 'whole', seconds: 0, outcome: 'inconclusive', text: reasons.join('\n') || outcome })
  return { name: `${scenario} ${variant}`, className: `spinlab.${scenario}`, seconds, cases }
}
