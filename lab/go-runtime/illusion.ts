import { threadsInCalls } from './schedtrace.ts'
import { type GoSnapshot, goroutinesOf } from './snapshot.ts'

/** Why goroutines climb while the CPU rests. */
export type Illusion =
  /** they do not */
  | 'no-growth'
  /** each keeps memory of the program's own, too */
  | 'memory-leak'
  /** each keeps a thread in the kernel: these block in earnest */
  | 'blocked-in-system-calls'
  /** parked by the runtime (channel, select, timer, network): nothing is blocked, they were forgotten */
  | 'parked-goroutines'

export interface Growth {
  illusion: Illusion
  /** the way through the tree, a sentence with its numbers for each question */
  path: string[]
  goroutines: number
  /** state that most of the new ones are in */
  state: string
  heapEach: number
  stackEach: number
  threadsInCalls: number | null
}

/** New goroutines below which nothing is said to climb: servers have as many come and go. */
export const CLIMBING = 20
/**
 * HeapInuse for each new goroutine (bytes) up to which only the runtime's own books grow. Measured with Go 1.26: 1.5 KiB for one parked on a channel, 5.9 KiB for
 * one with a thread of its own; a forgotten buffer of 16 KiB is 16.5. So it is never flat while goroutines leak, as the rule of thumb has it.
 */
const BOOKS = 8 * 1024
/** Share of the new goroutines that must be alike. */
const MOST = 0.5

/** Pure: which it is, from two moments of one program. */
export function illusionOf(before: GoSnapshot, now: GoSnapshot): Growth {
  const goroutines = goroutinesOf(now) - goroutinesOf(before)
  const each = (bytes: number) => (goroutines > 0 ? bytes / goroutines : 0)
  const heapEach = each(now.memory.heapInuse - before.memory.heapInuse)
  const stackEach = each(now.memory.stackInuse - before.memory.stackInuse)
  const [state = 'running', inState = 0] = mostOf(before.states, now.states)
  const calls =
    before.scheduler && now.scheduler ? threadsInCalls(now.scheduler) - threadsInCalls(before.scheduler) : null
  const growth = { goroutines, state, heapEach, stackEach, threadsInCalls: calls }
  const say = (illusion: Illusion, ...path: string[]): Growth => ({ illusion, path, ...growth })

  const climbs = `${goroutines} goroutines more`
  if (goroutines < CLIMBING) return say('no-growth', `${climbs}, ${CLIMBING} would be a climb`)
  const heap = `HeapInuse ${kib(heapEach)} and stacks ${kib(stackEach)} for each`
  if (heapEach > BOOKS) return say('memory-leak', climbs, `${heap}: more than the runtime's own books`)
  const books = `${heap}: the runtime's own books`
  const threads = calls === null ? 'no schedtrace' : `${calls} threads more in system calls`
  const states = `${inState} goroutines more in state ${state}`
  // The two must agree, where both are there: a thread may be in a call for a moment, a goroutine may be said to be.
  const blocked = state === 'syscall' && inState >= MOST * goroutines && (calls === null || calls >= MOST * goroutines)
  return say(blocked ? 'blocked-in-system-calls' : 'parked-goroutines', climbs, books, threads, states)
}

function mostOf(before: GoSnapshot['states'], now: GoSnapshot['states']): [string, number] | [] {
  const grown = Object.entries(now).map(([state, n]): [string, number] => [state, n - (before[state] ?? 0)])
  return grown.toSorted((a, b) => b[1] - a[1])[0] ?? []
}

const kib = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`
