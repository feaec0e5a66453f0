import { type Against, against as compare } from '../baseline/against.ts'
import { readBaseline } from '../baseline/baseline.ts'
import { type Summary, summarise } from '../baseline/summary.ts'
import { EXIT, usage } from '../errors.ts'
import { worst } from '../experiment/assess.ts'
import { chooseVariant, loadScenario } from '../experiment/load-scenarios.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import type { NamedScenario } from '../experiment/scenario.ts'
import type { HoldOptions } from '../hold.ts'
import { holdRepeatedly } from '../hold-repeatedly.ts'
import { againstReport } from '../reporters/against.ts'
import { writeJunit } from '../reporters/junit.ts'
import { repeatReport } from '../reporters/repeat.ts'
import { terminalReport } from '../reporters/terminal.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface ReproOptions extends HoldOptions {
  repeat: number
  /** a baseline to compare with */
  against?: string
  /** a rate is worse when it is surely more than so many times that of the baseline */
  worseThan: number
  json: boolean
  junit?: string
}

/** Holds an experiment, `repeat` times, and reports it; with a baseline, whether it has become worse. Returns the exit code. */
export async function repro(name: string, options: ReproOptions, stop: StopSignal): Promise<number> {
  const scenario = await loadScenario(name)
  const baseline = options.against === undefined ? undefined : expected(options.against, scenario, options.variant)
  const results = await holdRepeatedly(name, options, stop.signal, (result) => {
    if (!options.json) process.stdout.write(terminalReport(result, scenario))
  })
  if (options.junit) await writeJunit(options.junit, results)
  const summary = options.repeat > 1 ? summarise(results, options.seed) : undefined
  const found = baseline && results.length ? compare(baseline, results, options) : undefined
  process.stdout.write(options.json ? toJson(results, summary, found) : toText(summary, found))
  return stop.exitCode ?? (found?.worse ? EXIT.fail : EXIT[worst(results.map((result) => result.outcome))])
}

/** Throws a usage error when it is no baseline, or one of something else. */
function expected(file: string, scenario: NamedScenario, variant: string | undefined) {
  const baseline = readBaseline(file)
  const wanted = `${scenario.name} ${chooseVariant(scenario, variant).name}`
  const recorded = `${baseline.scenario} ${baseline.variant}`
  if (recorded !== wanted) throw usage(`${file} is the baseline of ${recorded}, not of ${wanted}`)
  return baseline
}

function toJson(
  results: readonly ExperimentResult[],
  summary: Summary | undefined,
  found: Against | undefined,
): string {
  const whole = summary ? { runs: results, summary } : results[0]
  return `${JSON.stringify({ ...whole, ...(found && { against: found }) })}\n`
}

const toText = (summary: Summary | undefined, found: Against | undefined) =>
  [summary && repeatReport(summary), found && againstReport(found)].filter(Boolean).join('\n')
