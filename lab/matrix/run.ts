import { Random } from '../../clients/random.ts'
import { EXIT, SpinlabError } from '../errors.ts'
import { estimate } from '../statistics/median.ts'
import type { Patch } from '../toolchains/patch.ts'
import { openToolchain } from '../toolchains/toolchain.ts'
import { type Cell, type CellRun, worstOf } from './cell.ts'
import { compared } from './compare.ts'
import type { Subject } from './subject.ts'

export interface MatrixPlan {
  subjects: readonly Subject[]
  /** names of toolchains */
  toolchains: readonly string[]
  patches: readonly Patch[]
  /** values of GODEBUG */
  godebug: readonly string[]
  repeat: number
  seed: number
  stop: AbortSignal
  /** the command that repeats one cell */
  reproduce: (subject: Subject, toolchain: string, change: { patch?: Patch; godebug?: string }) => string
  /** told what is begun, and what came of it */
  tell: (line: string) => void
}

/** A cell while it is being filled. */
interface Place {
  subject: Subject
  toolchain: string
  version: string | null
  patch: Patch | undefined
  godebug: string | undefined
  reproduce: string
  run: (() => Promise<CellRun>) | undefined
  runs: CellRun[]
  /** why there is nothing to run, or why no more is run */
  refusal: { outcome: 'unsupported' | 'error'; reason: string } | undefined
}

/** Builds every cell, then runs each once, and all of them again as often as asked: what else the machine does meanwhile meets every cell alike. */
export async function runMatrix(plan: MatrixPlan): Promise<Cell[]> {
  const places: Place[] = []
  for (const subject of plan.subjects)
    for (const toolchain of plan.toolchains)
      for (const change of [{}, ...plan.patches.map((patch) => ({ patch })), ...plan.godebug.map(asGodebug)])
        if (!plan.stop.aborted) places.push(await prepare(plan, subject, toolchain, change))
  for (let round = 0; round < plan.repeat; round++)
    for (const place of places) if (!plan.stop.aborted) await fill(plan, place)
  return compared(
    places.map((place) => toCell(place, plan.seed)),
    plan.seed,
  )
}

const asGodebug = (godebug: string) => ({ godebug })

async function prepare(
  plan: MatrixPlan,
  subject: Subject,
  name: string,
  { patch, godebug }: { patch?: Patch; godebug?: string },
): Promise<Place> {
  const reproduce = plan.reproduce(subject, name, { ...(patch && { patch }), ...(godebug && { godebug }) })
  const place: Place = {
    subject,
    toolchain: name,
    version: null,
    patch,
    godebug,
    reproduce,
    run: undefined,
    runs: [],
    refusal: undefined,
  }
  plan.tell(`${title(place)}: building`)
  await refusable(plan, place, async () => {
    const toolchain = await openToolchain(name)
    place.version = toolchain.version
    const once = await subject.build({ toolchain, patches: patch ? [patch] : [] })
    place.run = () => once(godebug ? { GODEBUG: godebug } : {}, reproduce)
  })
  return place
}

async function fill(plan: MatrixPlan, place: Place) {
  const { run } = place
  if (!run || place.refusal) return
  await refusable(plan, place, async () => {
    const result = await run()
    place.runs.push(result)
    plan.tell(`${title(place)}: ${result.outcome} in ${result.seconds.toFixed(1)} s`)
  })
}

/** What this machine or Go does not permit is an answer of the cell; a mistake of the caller ends it all. */
async function refusable(plan: MatrixPlan, place: Place, act: () => Promise<void>) {
  try {
    await act()
  } catch (error) {
    // What a stop cuts off shows nothing.
    if (plan.stop.aborted) return
    const code = error instanceof SpinlabError ? error.exitCode : EXIT.broken
    if (code === EXIT.usage) throw error
    const outcome = code === EXIT.unsupported ? 'unsupported' : 'error'
    const reason = error instanceof Error ? error.message : `${error}`
    place.refusal = { outcome, reason }
    plan.tell(`${title(place)}: ${outcome}: ${reason}`)
  }
}

const title = ({ subject, toolchain, patch, godebug }: Place) =>
  [subject.name, toolchain, patch?.name ?? godebug].filter(Boolean).join(' ')

function toCell({ subject, toolchain, version, patch, godebug, reproduce, runs, refusal }: Place, seed: number): Cell {
  // Runs that fail alike differ in their figures only; each has its own reasons.
  const telling = runs.find(({ outcome }) => outcome !== 'pass') ?? runs[0]
  const of = (rate: keyof CellRun['rates']) =>
    estimate(
      runs.map(({ rates }) => rates[rate]),
      new Random(seed),
    )
  const outcomes = [...runs.map(({ outcome }) => outcome), ...(refusal ? [refusal.outcome] : [])]
  return {
    scenario: subject.name,
    variant: subject.variant,
    toolchain,
    version,
    patch: patch?.name ?? null,
    godebug: godebug ?? null,
    // A cell that was not reached shows nothing.
    outcome: outcomes.length ? worstOf(outcomes) : 'inconclusive',
    verdict: telling?.verdict ?? null,
    class: telling?.class ?? null,
    phase: telling?.phase ?? null,
    reasons: [...(telling?.reasons ?? []), ...(refusal ? [refusal.reason] : [])],
    cores: of('cores'),
    wakeups: of('wakeups'),
    progress: of('progress'),
    seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0),
    runs,
    comparison: null,
    reproduce,
  }
}
