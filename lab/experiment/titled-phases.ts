import { phaseTitle } from './phases.ts'
import type { ExperimentResult, PhaseResult } from './result.ts'

/** Every phase of an experiment under a title of its own, those of the controls after the main variant's. */
export function titledPhases({
  phases,
  controls,
}: Pick<ExperimentResult, 'phases' | 'controls'>): { title: string; phase: PhaseResult }[] {
  const titled = (prefix: string) => (phase: PhaseResult) => ({
    title: `${prefix}${phaseTitle({ name: phase.name, fix: phase.fix ? { name: phase.fix } : null })}`,
    phase,
  })
  return [
    ...phases.map(titled('')),
    ...controls.flatMap((control) => control.phases.map(titled(`control ${control.variant} `))),
  ]
}
