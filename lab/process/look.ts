import { crossCheck } from '../diagnosis/cross-check.ts'
import { type Diagnosis, diagnose } from '../diagnosis/diagnosis.ts'
import { noData } from '../diagnosis/no-data.ts'
import { EXIT, SpinlabError } from '../errors.ts'
import { judge } from '../signatures/judge.ts'
import { busiestOf } from './busiest.ts'
import { askGoProgram, type GoSources } from './go-program.ts'
import { type Limits, observe } from './observe.ts'
import { sidesOf } from './sides.ts'
import { findSubject, isAlive } from './subject.ts'

export interface LookOptions extends GoSources {
  /** look at the busiest process of the tree under the pid */
  tree: boolean
  /** with `tree`: watch all of it, where the observer can */
  whole?: boolean
  /** `auto`, or one by name */
  collector: string
}

const TREE_MS = 300

/** Looks at a running process and says what is wrong with it. Reads only. Throws SpinlabError where there is nothing to look at. */
export async function look(id: number, options: LookOptions, limits: Limits): Promise<Diagnosis> {
  const root = await findSubject(id)
  const subject = options.tree ? await findSubject(await busiestOf(root.pid, TREE_MS)) : root
  const [{ windows, blind }, said, sides] = await Promise.all([
    observe(subject, options.collector, { ...limits, ...(options.whole && { tree: root.pid }) }),
    askGoProgram(options),
    options.pprof === undefined ? undefined : sidesOf(subject.pid, options.pprof),
  ])
  const go = [...said, ...(sides ? crossCheck(sides) : [])]
  // Of a whole tree, processes may come and go.
  const { pid, name } = options.whole ? root : subject
  if (!(await isAlive(pid)))
    throw new SpinlabError(EXIT.inconclusive, `process ${pid} (${name}) ended while it was watched`)
  return diagnose(judge(windows), windows, { ...subject, blind, go })
}

/** The same, where missing data is an answer too; everything else that goes wrong is an error. */
export function lookOrNoData(id: number, options: LookOptions, limits: Limits): Promise<Diagnosis> {
  return look(id, options, limits).catch((error) => {
    if (error instanceof SpinlabError && error.exitCode === EXIT.inconclusive) return noData(id, error.message)
    throw error
  })
}
