import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { broken, usage } from '../errors.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import { PhaseSamples, samplesOf } from './samples.ts'

/** What is expected of an experiment: what its recorded runs showed. */
export const Baseline = z.object({
  version: z.literal(1),
  scenario: z.string(),
  variant: z.string(),
  /** ISO 8601, UTC */
  recorded: z.string(),
  reproduce: z.string(),
  runs: z.number().int(),
  /** how many of them passed */
  passed: z.number().int(),
  phases: z.array(PhaseSamples),
})
export type Baseline = z.infer<typeof Baseline>

/** Pure. `results` must hold one at least. */
export function baselineOf(results: readonly ExperimentResult[], recorded: string): Baseline {
  const [first] = results
  if (!first) throw broken('nothing was run that could be expected')
  return {
    version: 1,
    scenario: first.scenario,
    variant: first.variant,
    recorded,
    reproduce: first.reproduce,
    runs: results.length,
    passed: results.filter(({ outcome }) => outcome === 'pass').length,
    phases: samplesOf(results),
  }
}

/** Written aside and renamed: the file is whole or the old one. Throws with exit code 5. */
export function writeBaseline(file: string, baseline: Baseline) {
  const part = `${file}.part-${process.pid}`
  try {
    writeFileSync(part, `${JSON.stringify(baseline, null, 1)}\n`)
    renameSync(part, file)
  } catch (error) {
    throw broken(`cannot write the baseline ${file}: ${(error as Error).message}`, error)
  }
}

/** Throws a usage error when there is none, or none that can be read. */
export function readBaseline(file: string): Baseline {
  try {
    return Baseline.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message
    throw usage(`${file} is not a baseline: ${why.split('\n')[0]}; "spinlab record" makes one`)
  }
}
