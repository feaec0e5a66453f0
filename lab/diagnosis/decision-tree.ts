import { CLIMBING, type Illusion, illusionOf } from '../go-runtime/illusion.ts'
import { type Scheduler, threadsInCalls } from '../go-runtime/schedtrace.ts'
import { type GoSnapshot, goroutinesOf } from '../go-runtime/snapshot.ts'
import type { Judgement } from '../signatures/judge.ts'
import type { Window } from '../windows/window.ts'

/** What a Go program shows at one moment, as far as it could be asked. */
export interface GoMoment {
  /** by net/http/pprof */
  snapshot?: GoSnapshot
  /** the last line of its schedtrace */
  scheduler?: Scheduler
  /** the calls in which its threads sleep, by /proc */
  blocked?: Window['blocked']
}

/** What to think of a Go program whose CPU or goroutines alarm somebody. */
export interface Decision {
  is:
    | Illusion
    /** work is done again and again for nothing */
    | 'real-spin'
    /** what was given does not tell */
    | 'undecided'
  /** the way through the tree, a sentence with its numbers for each question */
  path: string[]
}

/** Threads that rest, or wait in the scheduler itself (futex of runtime/os_linux.go, netpoll, usleep of sysmon). */
const RESTING = /^(?:futex|epoll_|nanosleep|clock_nanosleep|restart_syscall)/

/** Pure: a spin first, then whether goroutines climb and why, then what threads alone tell. */
export function decisionTree({ verdict, class: spin, cores }: Judgement, before: GoMoment, now: GoMoment): Decision {
  const growth = before.snapshot && now.snapshot && illusionOf(before.snapshot, now.snapshot)
  const ways = growth ? [...growth.path, ...population(now)] : byThreads(before, now)
  if (verdict === 'spin') return { is: 'real-spin', path: [`a spin (${spin}): the CPU burns in earnest`, ...ways] }
  const path = [
    verdict === 'healthy' ? `no spin, and it wants ${cores.toFixed(2)} cores` : 'too little was seen for a verdict',
    ...ways,
  ]
  if (growth) return { is: growth.illusion, path }
  if (inCalls(before, now) >= CLIMBING) return { is: 'blocked-in-system-calls', path }
  return {
    is: 'undecided',
    path: [...path, 'goroutines that wait show in no thread: --pprof URL lets the program count them'],
  }
}

function population({ snapshot }: GoMoment): string[] {
  if (!snapshot) return []
  const [[state, n] = ['none', 0]] = Object.entries(snapshot.states).toSorted((a, b) => b[1] - a[1])
  return [`${goroutinesOf(snapshot)} goroutines in all, ${n} of them in state ${state}`]
}

function byThreads(before: GoMoment, now: GoMoment): string[] {
  const lasting = lastingIn(before, now)
  const calls = [...new Set(lasting?.map(({ call }) => call))].join(', ')
  return [
    ...(lasting
      ? [`${lasting.length} threads stay in a system call${calls && ` (${calls})`}, ${CLIMBING} would be many`]
      : []),
    ...(now.scheduler
      ? [
          `schedtrace: ${threadsInCalls(now.scheduler)} threads in system calls, ${now.scheduler.runnable} goroutines ready to run; it has no field for those that wait`,
        ]
      : []),
  ]
}

const inCalls = (before: GoMoment, now: GoMoment) =>
  Math.max(lastingIn(before, now)?.length ?? 0, now.scheduler ? threadsInCalls(now.scheduler) : 0)

/** In the same call at both moments. */
function lastingIn({ blocked: before }: GoMoment, { blocked: now }: GoMoment) {
  if (!before || !now) return undefined
  const at = new Map(before.map(({ tid, call }) => [tid, call]))
  return now.filter(({ tid, call }) => at.get(tid) === call && !RESTING.test(call))
}
