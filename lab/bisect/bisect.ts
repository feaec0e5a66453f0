import { SpinlabError } from '../errors.ts'
import type { Trial } from '../programs/trial.ts'
import type { SpinClass } from '../signatures/finding.ts'
import { search } from './search.ts'
import type { Step } from './steps.ts'

/** What one step showed. `skip` could not be judged, or spins in another way than the bad end. */
export interface Seen {
  name: string
  answer: 'good' | 'bad' | 'skip'
  verdict: Trial['verdict'] | null
  class: SpinClass | null
  /** what spins; of a skip: why */
  reason: string | null
  seconds: number
}

/** What `spinlab bisect --json` prints. */
export interface Bisection {
  program: string
  /** null of a series of patches */
  module: string | null
  good: string
  bad: string
  class: SpinClass | null
  /** `fail`: an end is not as it was said to be; `inconclusive`: an end could not be judged, or the change lies between steps that could not be */
  outcome: 'pass' | 'fail' | 'inconclusive'
  change: 'appeared' | 'went away'
  /** the last step before the change, and the first after it; null where an end is not as said */
  before: string | null
  after: string | null
  /** steps between those two, that could not be judged */
  skipped: string[]
  /** in the order in which they were looked at */
  steps: Seen[]
}

export interface BisectPlan {
  program: string
  module: string | null
  steps: readonly Step[]
  good: string
  bad: string
  /** builds and watches the program at this step */
  attempt: (step: Step) => Promise<Trial>
  tell: (seen: Seen) => void
}

/** Looks at both ends, then halves what lies between. Throws Unsupported or Broken where an end cannot be built or started. */
export async function bisect(plan: BisectPlan): Promise<Bisection> {
  const { steps, good, bad } = plan
  const seen: Seen[] = []
  const look = async (step: Step, spin: SpinClass | undefined, isEnd: boolean) => {
    const result = await judge(plan.attempt, step, spin, isEnd)
    seen.push(result)
    plan.tell(result)
    return result
  }
  const [first, last] = [steps[0], steps.at(-1)] as [Step, Step]
  const [badEnd, goodEnd] = first.name === bad ? [first, last] : [last, first]
  const worse = await look(badEnd, undefined, true)
  const better = await look(goodEnd, worse.class ?? undefined, true)
  const answer: Bisection = {
    program: plan.program,
    module: plan.module,
    good,
    bad,
    class: worse.class,
    outcome: 'pass',
    change: first === goodEnd ? 'appeared' : 'went away',
    before: null,
    after: null,
    skipped: [],
    steps: seen,
  }
  if (worse.verdict === 'absent' || better.verdict === 'present') return { ...answer, outcome: 'fail' }
  if (worse.verdict !== 'present' || better.verdict !== 'absent') return { ...answer, outcome: 'inconclusive' }
  const sideOf = (one: Seen) =>
    one.answer === 'skip' ? 'skip' : (one.answer === 'good') === (first === goodEnd) ? 'first' : 'last'
  const change = await search(steps.length, async (i) =>
    sideOf(await look(steps[i] as Step, worse.class ?? undefined, false)),
  )
  const name = (i: number) => steps[i]?.name ?? null
  return {
    ...answer,
    outcome: change.skipped.length ? 'inconclusive' : 'pass',
    before: name(change.before),
    after: name(change.after),
    skipped: change.skipped.flatMap((i) => name(i) ?? []),
  }
}

async function judge(
  attempt: BisectPlan['attempt'],
  step: Step,
  expected: SpinClass | undefined,
  isEnd: boolean,
): Promise<Seen> {
  const { name } = step
  try {
    const { verdict, class: spin, cause, seconds } = await attempt(step)
    const other = verdict === 'present' && expected !== undefined && spin !== expected
    const answer = other || verdict === 'no-data' ? 'skip' : verdict === 'present' ? 'bad' : 'good'
    const reason = other ? `it spins in another way: ${cause}` : cause
    return { name, answer, verdict, class: spin, reason, seconds }
  } catch (error) {
    if (!(error instanceof SpinlabError) || isEnd) throw error
    return { name, answer: 'skip', verdict: null, class: null, reason: error.message, seconds: 0 }
  }
}
