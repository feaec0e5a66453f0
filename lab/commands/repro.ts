import { EXIT } from '../errors.ts'
import { worst } from '../experiment/assess.ts'
import { loadScenario } from '../experiment/load-scenarios.ts'
import type { ExperimentResult, Outcome } from '../experiment/result.ts'
import { type HoldOptions, hold } from '../hold.ts'
import { writeJunit } from '../reporters/junit.ts'
import { terminalReport } from '../reporters/terminal.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface ReproOptions extends HoldOptions {
  repeat: number
  json: boolean
  junit?: string
}

/** Holds an experiment, `repeat` times, and reports it. Returns the exit code. */
export async function repro(name: string, options: ReproOptions, stop: StopSignal): Promise<number> {
  const results: ExperimentResult[] = []
  const scenario = await loadScenario(name)
  for (let i = 0; i < options.repeat && !stop.signal.aborted; i++) {
    const result = await hold(name, options, stop.signal)
    results.push(result)
    if (!options.json) process.stdout.write(terminalReport(result, scenario))
  }
  if (options.junit) writeJunit(options.junit, results)
  if (options.json)
    process.stdout.write(
      `${JSON.stringify(options.repeat > 1 ? { runs: results, summary: count(results) } : results[0])}\n`,
    )
  return stop.exitCode ?? EXIT[worst(results.map((result) => result.outcome))]
}

function count(results: readonly ExperimentResult[]) {
  const of = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length
  return { runs: results.length, pass: of('pass'), fail: of('fail'), inconclusive: of('inconclusive') }
}
