import { Random } from '../../clients/random.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import { type Estimate, median, ratio } from '../statistics/median.ts'
import type { Baseline } from './baseline.ts'
import { type PhaseSamples, samplesOf } from './samples.ts'
import { countOf } from './summary.ts'

/** What of a phase is compared. */
export interface Comparison {
  phase: string
  what: 'outcome' | 'found' | 'cores' | 'wakeups' | 'saneP50'
  before: string | number | null
  now: string | number | null
  /** how many times as much */
  ratio: Estimate | null
  /** `unknown`: too few runs for an interval, or it was not measured */
  verdict: 'worse' | 'no worse' | 'unknown'
}

/** What `repro --against FILE --json` adds. */
export interface Against {
  worse: boolean
  comparisons: Comparison[]
}

/** What a difference must be at least to be one: what the judge calls new beside a baseline (cores, turns a second), and a millisecond. */
const LEAST = { cores: 0.02, wakeups: 20, saneP50: 1 } as const

/**
 * Pure: whether runs are worse than recorded ones. A phase that shows another class is, and fewer passes are. Rates count where the spin is
 * expected to be absent, as what a spin burns is whatever cores are free: they are worse when the whole 95 % interval of their ratio lies
 * above `worseThan`.
 */
export function against(
  baseline: Baseline,
  results: readonly ExperimentResult[],
  { worseThan, seed }: { worseThan: number; seed: number },
): Against {
  const now = samplesOf(results)
  const comparisons = [
    compareOutcomes(baseline, results),
    ...baseline.phases.flatMap((before) =>
      comparePhase(
        before,
        now.find(({ phase }) => phase === before.phase),
        worseThan,
        new Random(seed),
      ),
    ),
  ]
  return { worse: comparisons.some(({ verdict }) => verdict === 'worse'), comparisons }
}

function compareOutcomes({ runs, passed }: Baseline, results: readonly ExperimentResult[]): Comparison {
  const passes = results.filter(({ outcome }) => outcome === 'pass').length
  return {
    phase: 'whole',
    what: 'outcome',
    before: `${passed} of ${runs} pass`,
    now: `${passes} of ${results.length} pass`,
    ratio: null,
    verdict: passes / results.length < passed / runs ? 'worse' : 'no worse',
  }
}

function comparePhase(
  before: PhaseSamples,
  now: PhaseSamples | undefined,
  worseThan: number,
  random: Random,
): Comparison[] {
  const found = (samples: PhaseSamples | undefined) => samples && mostFrequent(foundIn(samples))
  const same = found(before) === found(now)
  const comparison: Comparison = {
    phase: before.phase,
    what: 'found',
    before: found(before) ?? null,
    now: found(now) ?? 'not reached',
    ratio: null,
    verdict: same ? 'no worse' : 'worse',
  }
  if (!now || !same || before.expected === 'present') return [comparison]
  const rates = (['cores', 'wakeups', 'saneP50'] as const).map((what): Comparison => {
    const [old, fresh] = [typical(before[what]), typical(now[what])]
    const factor = ratio(before[what], now[what], random)
    const [low] = factor?.interval ?? []
    const small = old !== null && fresh !== null && fresh - old < LEAST[what]
    const verdict = small ? 'no worse' : low === undefined ? 'unknown' : low > worseThan ? 'worse' : 'no worse'
    return { phase: before.phase, what, before: old, now: fresh, ratio: factor, verdict }
  })
  return [comparison, ...rates]
}

const foundIn = ({ verdicts, classes }: PhaseSamples) => verdicts.map((verdict, i) => classes[i] ?? verdict)

function mostFrequent(words: readonly string[]): string | undefined {
  return Object.entries(countOf(words)).sort(([, a], [, b]) => b - a)[0]?.[0]
}

function typical(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length ? median(known) : null
}
