import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { EXIT } from '../errors.ts'
import { type LookOptions, lookOrNoData } from '../process/look.ts'
import { diagnosisReport } from '../reporters/diagnosis.ts'

export interface DiagnoseOptions extends LookOptions {
  json: boolean
  /** again and again, until stopped or the process ends */
  watch: boolean
}

/** The answer takes 3 s with all that is around it, counted from the start of the program; a round of the live view 2 s. */
const ANSWER_MS = 2450
const ROUND_MS = 2000

const CODES = { spin: EXIT.fail, healthy: EXIT.pass, 'no-data': EXIT.inconclusive } as const

/** Says what is wrong with a running process, and what to do. Reads only. Returns the exit code. */
export async function diagnose(id: number, options: DiagnoseOptions, stop?: AbortSignal): Promise<number> {
  let code: number = EXIT.pass
  // performance.now() is 0 when the program starts.
  let until = ANSWER_MS
  do {
    const diagnosis = await lookOrNoData(id, options, { until, ...(stop && { stop }) })
    code = CODES[diagnosis.verdict]
    if (stop?.aborted) break
    show(diagnosis, options)
    until = performance.now() + ROUND_MS
  } while (options.watch && code !== EXIT.inconclusive)
  return code
}

function show(diagnosis: Diagnosis, { json, watch }: DiagnoseOptions) {
  const seen = diagnosis.seconds > 0
  if (json) process.stdout.write(`${JSON.stringify(diagnosis)}\n`)
  // A live view begins at the top of the terminal each time.
  else if (seen)
    process.stdout.write(`${watch && process.stdout.isTTY ? '\u001b[H\u001b[J' : ''}${diagnosisReport(diagnosis)}`)
  if (!seen) process.stderr.write(`spinlab: ${diagnosis.cause}\n`)
}
