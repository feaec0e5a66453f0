import { type Diagnosis, diagnose as putIntoWords } from '../diagnosis/diagnosis.ts'
import { noData } from '../diagnosis/no-data.ts'
import { EXIT, SpinlabError } from '../errors.ts'
import { busiestOf } from '../process/busiest.ts'
import { askGoProgram, type GoSources } from '../process/go-program.ts'
import { type Limits, observe } from '../process/observe.ts'
import { findSubject, isAlive } from '../process/subject.ts'
import { diagnosisReport } from '../reporters/diagnosis.ts'
import { judge } from '../signatures/judge.ts'

export interface DiagnoseOptions extends GoSources {
  json: boolean
  /** look at the busiest process of the tree under the pid */
  tree: boolean
  /** again and again, until stopped or the process ends */
  watch: boolean
  /** `auto`, or one by name */
  collector: string
}

/** The answer takes 3 s with all that is around it, counted from the start of the program; a round of the live view 2 s. */
const ANSWER_MS = 2450
const ROUND_MS = 2000
const TREE_MS = 300

const CODES = { spin: EXIT.fail, healthy: EXIT.pass, 'no-data': EXIT.inconclusive } as const

/** Says what is wrong with a running process, and what to do. Reads only. Returns the exit code. */
export async function diagnose(id: number, options: DiagnoseOptions, stop?: AbortSignal): Promise<number> {
  let code: number = EXIT.pass
  // performance.now() is 0 when the program starts.
  let until = ANSWER_MS
  do {
    const diagnosis = await look(id, options, { until, ...(stop && { stop }) }).catch((error) => refuse(id, error))
    code = CODES[diagnosis.verdict]
    if (stop?.aborted) break
    show(diagnosis, options)
    until = performance.now() + ROUND_MS
  } while (options.watch && code !== EXIT.inconclusive)
  return code
}

async function look(id: number, options: DiagnoseOptions, limits: Limits): Promise<Diagnosis> {
  const root = await findSubject(id)
  const subject = options.tree ? await findSubject(await busiestOf(root.pid, TREE_MS)) : root
  const [{ windows, blind }, go] = await Promise.all([
    observe(subject, options.collector, limits),
    askGoProgram(options),
  ])
  if (!(await isAlive(subject.pid)))
    throw new SpinlabError(EXIT.inconclusive, `process ${subject.pid} (${subject.name}) ended while it was watched`)
  return putIntoWords(judge(windows), windows, { ...subject, blind, go })
}

/** Missing data is an answer; everything else that goes wrong is an error. */
function refuse(id: number, error: unknown): Diagnosis {
  if (error instanceof SpinlabError && error.exitCode === EXIT.inconclusive) return noData(id, error.message)
  throw error
}

function show(diagnosis: Diagnosis, { json, watch }: DiagnoseOptions) {
  const seen = diagnosis.seconds > 0
  if (json) process.stdout.write(`${JSON.stringify(diagnosis)}\n`)
  // A live view begins at the top of the terminal each time.
  else if (seen)
    process.stdout.write(`${watch && process.stdout.isTTY ? '\u001b[H\u001b[J' : ''}${diagnosisReport(diagnosis)}`)
  if (!seen) process.stderr.write(`spinlab: ${diagnosis.cause}\n`)
}
