import { z } from 'zod'
import type { ExperimentResult } from '../experiment/result.ts'
import { titledPhases } from '../experiment/titled-phases.ts'

/** A value of each run that reached the phase; null where it was not measured. */
const series = z.array(z.number().nullable())

/** What several runs of the same experiment showed of one phase. */
export const PhaseSamples = z.object({
  phase: z.string(),
  expected: z.enum(['present', 'absent']),
  verdicts: z.array(z.enum(['present', 'absent', 'no-data'])),
  classes: z.array(z.string().nullable()),
  cores: series,
  /** returns of waits a second */
  wakeups: series,
  /** useful calls for each return of a wait */
  progress: series,
  /** ms */
  saneP50: series,
})
export type PhaseSamples = z.infer<typeof PhaseSamples>

/** Pure: the phases in their order, each with what every run showed of it. */
export function samplesOf(results: readonly ExperimentResult[]): PhaseSamples[] {
  const seen = results.flatMap(titledPhases)
  return [...Map.groupBy(seen, ({ title }) => title)].map(([title, group]) => {
    const phases = group.map(({ phase }) => phase)
    return {
      phase: title,
      expected: phases[0]?.expected ?? 'absent',
      verdicts: phases.map(({ verdict }) => verdict),
      classes: phases.map((phase) => phase.class),
      cores: phases.map(({ rates }) => rates.cores),
      wakeups: phases.map(({ rates }) => rates.wakeups),
      progress: phases.map(({ rates }) => rates.progress),
      saneP50: phases.map(({ sane }) => sane.p50),
    }
  })
}
