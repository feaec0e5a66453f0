import { Random } from '../../clients/random.ts'
import { countOutcomes } from '../experiment/assess.ts'
import type { ExperimentResult, Outcome } from '../experiment/result.ts'
import { type Estimate, estimate } from '../statistics/median.ts'
import { type Proportion, proportion } from '../statistics/proportion.ts'
import { type PhaseSamples, samplesOf } from './samples.ts'

/** What `repro --repeat --json` says of all runs together. */
export interface Summary extends Record<Outcome, number> {
  runs: number
  /** share of the runs whose outcome is not the most frequent one; null of no run */
  flake: Proportion | null
  phases: PhaseSummary[]
}

export interface PhaseSummary {
  phase: string
  expected: PhaseSamples['expected']
  /** how often each was found: a class where it spins, else the verdict */
  found: Record<string, number>
  cores: Estimate | null
  wakeups: Estimate | null
  progress: Estimate | null
  saneP50: Estimate | null
}

export function summarise(results: readonly ExperimentResult[], seed: number): Summary {
  const counts = countOutcomes(results.map(({ outcome }) => outcome))
  const runs = results.length
  return {
    runs,
    ...counts,
    flake: runs ? proportion(runs - Math.max(...Object.values(counts)), runs) : null,
    phases: samplesOf(results).map((samples) => summarisePhase(samples, seed)),
  }
}

function summarisePhase({ phase, expected, verdicts, classes, ...rates }: PhaseSamples, seed: number): PhaseSummary {
  const of = (values: readonly (number | null)[]) => estimate(values, new Random(seed))
  return {
    phase,
    expected,
    found: countOf(verdicts.map((verdict, i) => classes[i] ?? verdict)),
    cores: of(rates.cores),
    wakeups: of(rates.wakeups),
    progress: of(rates.progress),
    saneP50: of(rates.saneP50),
  }
}

export function countOf(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
}
