import { execa } from 'execa'
import { z } from 'zod'
import { binary } from '../places.ts'

const count = z.number().int().nonnegative()
const counts = z.record(z.string(), count)

/** What an execution trace of a Go program (runtime/trace, what `go tool trace` shows) comes to, as `probe gotrace` counts it. */
export const ExecutionTrace = z.object({
  seconds: z.number(),
  /** how often a processor of the scheduler took up work, and ran out of it */
  procStarts: count,
  procStops: count,
  /** how often a goroutine began to run */
  runs: count,
  /** functions that timers started, each in a goroutine of its own */
  timerFunctions: count,
  /** goroutines woken by the scheduler alone (network poller, deadline or timer), by what they waited for */
  wokenByRuntime: counts,
  /** and by other goroutines */
  wokenByGoroutines: counts,
  /** system calls of goroutines, by the function that makes them */
  calls: counts,
  /** where goroutines began to wait, the most frequent first; the innermost function is the first of a stack */
  waits: z.array(z.object({ reason: z.string(), stack: z.array(z.string()), times: count })),
})
export type ExecutionTrace = z.infer<typeof ExecutionTrace>

/** Of the body of /debug/pprof/trace. Throws with the reader's own line when it is none, or of a Go that is too new for it. */
export async function readExecutionTrace(body: Uint8Array): Promise<ExecutionTrace> {
  const { stdout, stderr, failed, shortMessage } = await execa(binary('probe'), ['gotrace'], {
    input: body,
    reject: false,
    timeout: 10_000,
  })
  if (failed) throw new Error(stderr.trim().replace(/^probe: gotrace: /, '') || shortMessage)
  return ExecutionTrace.parse(JSON.parse(stdout))
}

/** Goroutines a second that were woken by none, for what they waited for. */
export function wakesOf({ seconds, wokenByRuntime, timerFunctions }: ExecutionTrace) {
  const { network = 0, ...others } = wokenByRuntime
  return { network: network / seconds, timers: (timerFunctions + total(others)) / seconds }
}

/** System calls a second of goroutines that wait in epoll themselves; those of the network poller are in no trace. */
export const epollCallsIn = ({ calls, seconds }: ExecutionTrace) =>
  total(Object.fromEntries(Object.entries(calls).filter(([name]) => /epoll/i.test(name)))) / seconds

export const total = (numbers: Readonly<Record<string, number>>) =>
  Object.values(numbers).reduce((sum, n) => sum + n, 0)

/** The function of the program's own that most often began to wait, with how often a second and for what; the runtime's own waits do not count. */
export function busiestWait({ waits, seconds }: ExecutionTrace) {
  const most = waits.find(({ stack }) => stack.some((name) => !/^runtime[./]/.test(name)))
  if (!most) return undefined
  const { reason, stack, times } = most
  return { reason, perSecond: times / seconds, at: stack.find((name) => !LIBRARY.test(name)) ?? stack[0] ?? 'unknown' }
}

/** Packages of Go's own that stand between a program and its wait. */
const LIBRARY =
  /^(?:bufio|compress|context|crypto|encoding|fmt|internal|io|log|net|os|runtime|sync|syscall|time|vendor|golang\.org\/x)[./]/
