import { crossCheck } from '../diagnosis/cross-check.ts'
import { decisionTree } from '../diagnosis/decision-tree.ts'
import { type Diagnosis, diagnose } from '../diagnosis/diagnosis.ts'
import { noData } from '../diagnosis/no-data.ts'
import { EXIT, SpinlabError } from '../errors.ts'
import { judge } from '../signatures/judge.ts'
import { busiestOf } from './busiest.ts'
import { goMoment } from './go-moment.ts'
import { askGoProgram, type GoSources } from './go-program.ts'
import { isGo } from './is-go.ts'
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
  /** see JudgeOptions */
  unasked?: boolean
}

const TREE_MS = 300

/** Looks at a running process and says what is wrong with it. Reads only. Throws SpinlabError where there is nothing to look at. */
export async function look(id: number, options: LookOptions, limits: Limits): Promise<Diagnosis> {
  const root = await findSubject(id)
  const subject = options.tree ? await findSubject(await busiestOf(root.pid, TREE_MS)) : root
  const ofGo = options.pprof !== undefined || options.schedtrace !== undefined || (await isGo(subject.pid))
  const before = ofGo ? await goMoment(subject.pid, options) : undefined
  const [{ windows, blind }, said, seen] = await Promise.all([
    observe(subject, options.collector, { ...limits, ...(options.whole && { tree: root.pid }) }),
    askGoProgram(options),
    options.pprof === undefined ? undefined : sidesOf(subject.pid, options.pprof),
  ])
  const now = ofGo ? await goMoment(subject.pid, options) : undefined
  const go = [...said, ...(seen ? crossCheck(seen.sides) : [])]
  // Of a whole tree, processes may come and go.
  const { pid, name } = options.whole ? root : subject
  if (!(await isAlive(pid)))
    throw new SpinlabError(EXIT.inconclusive, `process ${pid} (${name}) ended while it was watched`)
  const judgement = judge(windows, { unasked: options.unasked ?? false })
  const illusion = before && now && decisionTree(judgement, before, now)
  return diagnose(judgement, windows, {
    ...subject,
    blind: [...blind, ...(seen?.missing ?? [])],
    go,
    ...(illusion && { illusion }),
  })
}

/** The same, where missing data is an answer too; everything else that goes wrong is an error. */
export function lookOrNoData(id: number, options: LookOptions, limits: Limits): Promise<Diagnosis> {
  return look(id, options, limits).catch((error) => {
    if (error instanceof SpinlabError && error.exitCode === EXIT.inconclusive) return noData(id, error.message)
    throw error
  })
}
