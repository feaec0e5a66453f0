import { z } from 'zod'

const count = z.number().int().nonnegative()

/** A line of GODEBUG=schedtrace. It knows processors, threads and run queues; goroutines that wait are not in it. */
export const Scheduler = z.object({
  /** ms since the program started */
  at: count,
  gomaxprocs: count,
  idleprocs: count,
  threads: count,
  idlethreads: count,
  /** goroutines in the global run queue and in those of the processors */
  runnable: count,
})
export type Scheduler = z.infer<typeof Scheduler>

/** The last such line in a text that may hold other lines, too, e.g. `SCHED 2020ms: gomaxprocs=2 idleprocs=2 threads=6 … runqueue=0 [ 0 0 ] …` (schedtrace in runtime/proc.go). */
export function readScheduler(text: string): Scheduler | undefined {
  // The last line may not be complete yet.
  const line = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .findLast((candidate) => candidate.startsWith('SCHED '))
  if (!line) return undefined
  const field = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line)?.[1])
  const local = /runqueue=\d+ \[([\d ]+)\]/.exec(line)?.[1]?.trim().split(/\s+/).map(Number) ?? []
  const seen = Scheduler.safeParse({
    at: Number(/^SCHED (\d+)ms/.exec(line)?.[1]),
    gomaxprocs: field('gomaxprocs'),
    idleprocs: field('idleprocs'),
    threads: field('threads'),
    idlethreads: field('idlethreads'),
    runnable: local.reduce((sum, length) => sum + length, field('runqueue')),
  })
  return seen.data
}

/** Threads that neither rest nor run Go code: they are in system calls, but for the scheduler's own one or two. */
export const threadsInCalls = ({ threads, idlethreads, gomaxprocs, idleprocs }: Scheduler) =>
  Math.max(0, threads - idlethreads - (gomaxprocs - idleprocs))
