import { baselineOf, writeBaseline } from '../baseline/baseline.ts'
import { summarise } from '../baseline/summary.ts'
import { EXIT } from '../errors.ts'
import { worst } from '../experiment/assess.ts'
import type { HoldOptions } from '../hold.ts'
import { holdRepeatedly } from '../hold-repeatedly.ts'
import { repeatReport } from '../reporters/repeat.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface RecordOptions extends HoldOptions {
  repeat: number
  /** file to write; default: NAME.baseline.json */
  to?: string
  json: boolean
}

/** Holds an experiment and keeps what it showed as what is expected of it. Only what passes is worth that. Returns the exit code. */
export async function record(name: string, options: RecordOptions, stop: StopSignal): Promise<number> {
  const file = options.to ?? `${name}.baseline.json`
  const results = await holdRepeatedly(name, options, stop.signal)
  const outcome = worst(results.map((result) => result.outcome))
  const kept = outcome === 'pass' && !stop.signal.aborted
  if (kept) writeBaseline(file, baselineOf(results, new Date().toISOString()))
  const summary = summarise(results, options.seed)
  const words = kept ? `kept as ${file}` : `not kept: only runs that all pass are`
  process.stdout.write(
    options.json ? `${JSON.stringify({ file: kept ? file : null, summary })}\n` : `${repeatReport(summary)}${words}\n`,
  )
  return stop.exitCode ?? EXIT[outcome]
}
