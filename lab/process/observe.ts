import { loadCollector } from '../collectors/choose.ts'
import type { Collector, WatchOptions } from '../collectors/collector.ts'
import { EXIT, SpinlabError, unsupported } from '../errors.ts'
import { lastLine } from '../last-line.ts'
import { judge, SEVERE_CORES } from '../signatures/judge.ts'
import { thisMachine } from '../stage/this-machine.ts'
import { secondsOf, type Window } from '../windows/window.ts'
import { blockedThreads } from './blocked.ts'
import { isOurs, type Subject } from './subject.ts'

/** What was seen of a process in a given time. */
export interface Observation {
  windows: Window[]
  /** what could not be seen, and why */
  blind: string[]
}

export interface Limits {
  /** when the last window must be there, as a time of performance.now() */
  until: number
  stop?: AbortSignal
  /** top of a tree that is watched as a whole, where the observer can */
  tree?: number
}

/** Of a process that burns, calls are counted sparsely in so many windows, and then each one. */
const SPARSE_WINDOWS = 2
/** A look at the CPU before anything is attached (s). */
const STILL_SECONDS = 0.5
/** A short look with what slows the process (s). */
const STRACE_SECONDS = 0.4
/** What shows its windows when it ends takes its time to end (s). */
const END_SECONDS = 0.5
/** Nothing is waited for any longer after the time is up (ms): on a machine that is busy with 20 other processes the first window takes 2 to 5 s. */
const PATIENCE_MS = 10_000
/** Windows are about 0.1 s long. */
const HALF_WINDOW = 0.05
/** A late answer is better than none (s): so much is watched where the time is up before. */
const ENOUGH_SECONDS = 1.3

/** Looks at a process with the named collector, or for `auto` with the best that the rights permit. */
export async function observe(subject: Subject, collector: string, limits: Limits): Promise<Observation> {
  if (collector !== 'auto') return observeWith(collector, subject, limits)
  try {
    const probe = await loadCollector('probe')
    const windows = await look(probe, limits.tree ?? subject.pid, limits, {
      closer: burns(),
      tree: limits.tree !== undefined,
    })
    return { windows: await withBlocked(windows, subject), blind: [] }
  } catch (error) {
    if (!(error instanceof SpinlabError) || error.exitCode !== EXIT.unsupported) throw error
    return withoutRights(subject, error, limits)
  }
}

/** Counting every call costs the process a few per cent, so it is done where a sparse look shows that CPU burns, or a spin that a closer look may refute. */
function burns(): (window: Window) => boolean {
  const first: Window[] = []
  let counted = 0
  return (window) => {
    if (counted === SPARSE_WINDOWS) return false
    first.push(window)
    if (window.calls) counted++
    if (counted < SPARSE_WINDOWS) return false
    const { findings, cores } = judge(first)
    return cores >= SEVERE_CORES || findings.some(({ spin }) => spin)
  }
}

/** CPU is read before anything is attached: some observers slow what they look at, and see no CPU themselves. */
async function observeWith(name: string, { pid }: Subject, limits: Limits): Promise<Observation> {
  const [procfs, collector] = await Promise.all([loadCollector('procfs'), loadCollector(name)])
  const before = await look(procfs, pid, limits, { seconds: STILL_SECONDS })
  const seconds = Math.max(left(limits) - END_SECONDS, STRACE_SECONDS)
  const windows = [...before, ...(await look(collector, pid, limits, { seconds }))]
  return { windows, blind: collector.blind ? [`${name} does not show ${collector.blind}`] : [] }
}

/** What is left: /proc, undisturbed, then a short look with strace. */
async function withoutRights(subject: Subject, refusal: Error, limits: Limits): Promise<Observation> {
  const [procfs, strace] = await Promise.all([loadCollector('procfs'), loadCollector('strace')])
  const seconds = Math.max(left(limits) - STRACE_SECONDS - END_SECONDS, STILL_SECONDS)
  const before = await look(procfs, subject.pid, limits, { seconds }).catch(() => [])
  const calls = await look(strace, subject.pid, limits, { seconds: STRACE_SECONDS }).catch(() => [])
  const why = lastLine(refusal.message)
  if (calls.length === 0 && !(await isOurs(subject.pid)) && judge(before).verdict === 'no-data')
    throw unsupported(`process ${subject.pid} (${subject.name}) is not ours to look at: ${why}`)
  return {
    windows: await withBlocked([...before, ...calls], subject),
    blind: [
      `no stacks, and no calls counted in the kernel: ${why}`,
      calls.length
        ? 'calls were counted by strace, which slows what it looks at: their rates understate'
        : 'no system calls at all: strace may not attach either',
    ],
  }
}

/** Seconds until the last window must be there. */
const left = ({ until }: Limits) => (until - performance.now()) / 1000

/** The windows of so many seconds, or until the time is up; an observer that is late to begin is given more time. */
async function look(
  { watch: start }: Collector,
  pid: number,
  { until, stop }: Limits,
  options: WatchOptions,
): Promise<Window[]> {
  const windows: Window[] = []
  await using watch = start(thisMachine, pid, options)
  const end = () => void watch[Symbol.asyncDispose]()
  let timer = setTimeout(end, Math.max(until - performance.now(), 0) + PATIENCE_MS)
  stop?.addEventListener('abort', end, { once: true })
  for await (const window of watch) {
    windows.push(window)
    if (windows.length === 1) {
      // The window that is under way then comes as long as it got.
      clearTimeout(timer)
      timer = setTimeout(end, Math.max(until - performance.now(), 1000 * ENOUGH_SECONDS - (Date.now() - window.start)))
    }
    if (options.seconds !== undefined && secondsOf(windows) + HALF_WINDOW >= options.seconds) break
  }
  clearTimeout(timer)
  return windows
}

/** Adds to the last window in which calls the threads sleep now. */
async function withBlocked(windows: Window[], { pid }: Subject): Promise<Window[]> {
  const blocked = await blockedThreads(pid)
  const last = windows.at(-1)
  return blocked && last ? [...windows.slice(0, -1), { ...last, blocked }] : windows
}
