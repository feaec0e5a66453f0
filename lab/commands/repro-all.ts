import { EXIT, unknownName } from '../errors.ts'
import { countOutcomes, worst } from '../experiment/assess.ts'
import { loadScenario, scenarioNames } from '../experiment/load-scenarios.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import type { NamedScenario } from '../experiment/scenario.ts'
import { type HoldOptions, hold } from '../hold.ts'
import { writeJunit } from '../reporters/junit.ts'
import { summaryTable } from '../reporters/summary.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface ReproAllOptions extends Omit<HoldOptions, 'variant' | 'fix' | 'brief' | 'allFromStart'> {
  /** names of scenarios; none: all */
  only: string[]
  skip: string[]
  /** every variant with every fix, instead of the others with their first fix alone */
  allVariants: boolean
  json: boolean
  junit?: string
}

/** Holds the experiments of all scenarios, one after the other, and prints a summary. Returns the exit code of the worst. */
export async function reproAll(options: ReproAllOptions, stop: StopSignal): Promise<number> {
  const results: ExperimentResult[] = []
  for (const name of choose(options))
    for (const experiment of experimentsOf(await loadScenario(name), options.allVariants)) {
      if (stop.signal.aborted) break
      results.push(await hold(name, { ...options, ...experiment }, stop.signal))
    }
  if (options.junit) await writeJunit(options.junit, results)
  const outcomes = results.map((result) => result.outcome)
  const summary = { runs: results.length, ...countOutcomes(outcomes) }
  process.stdout.write(options.json ? `${JSON.stringify({ runs: results, summary })}\n` : summaryTable(results))
  return stop.exitCode ?? EXIT[worst(outcomes)]
}

function choose({ only, skip }: ReproAllOptions): string[] {
  const known = scenarioNames()
  for (const name of [...only, ...skip]) if (!known.includes(name)) throw unknownName('scenario', name, known)
  return known.filter((name) => (only.length === 0 || only.includes(name)) && !skip.includes(name))
}

/** The main variant with all that belongs to it; the others shortly, as those that are controls have been seen with the main one. */
function experimentsOf(
  { variants: [main, ...others], controls }: NamedScenario,
  allVariants: boolean,
): Pick<HoldOptions, 'variant' | 'fix' | 'brief' | 'allFromStart'>[] {
  const rest = others.filter(({ name }) => !controls.includes(name))
  return [
    { variant: main.name, fix: [], brief: false, allFromStart: allVariants },
    ...rest.map(({ name, fixes }) => ({
      variant: name,
      fix: allVariants ? [] : fixes.slice(0, 1).map((fix) => fix.name),
      brief: true,
      allFromStart: allVariants,
    })),
  ]
}
