import { loadCollector } from '../collectors/choose.ts'
import type { Collector, Watch } from '../collectors/collector.ts'
import { probeWindows } from '../collectors/probe-lines.ts'
import { watching } from '../collectors/scope.ts'
import { EXIT, SpinlabError, unsupported } from '../errors.ts'
import { judge, SEVERE_CORES } from '../signatures/judge.ts'
import { thisMachine } from '../stage/this-machine.ts'
import type { Window } from '../windows/window.ts'
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
}

/** The first look (s); a second one takes the rest of the time, and counts every call if the first left a doubt. */
const FIRST_SECONDS = 0.9
/** A look at the CPU before anything is attached (s). */
const STILL_SECONDS = 0.5
/** A short look with what slows the process (s). */
const STRACE_SECONDS = 0.4
/** A machine under load takes its time to start an observer (s). */
const PATIENCE_SECONDS = 1.5
/** Windows are about 0.1 s long. */
const HALF_WINDOW = 0.05

/** Looks at a process with the named collector, or for `auto` with the best that the rights permit. */
export async function observe(subject: Subject, collector: string, limits: Limits): Promise<Observation> {
  if (collector !== 'auto') return observeWith(collector, subject, limits)
  try {
    const first = await probe(subject, [], FIRST_SECONDS, limits)
    const { findings, cores } = judge(first)
    // Counting every call costs the process a few per cent, so it is done where CPU burns and the first look did not say why.
    const doubt = cores >= SEVERE_CORES && !findings.some(({ spin }) => spin)
    const second = await probe(subject, doubt ? ['--duty', '1'] : [], rest(limits), limits)
    return { windows: await withBlocked([...first, ...second], subject), blind: [] }
  } catch (error) {
    if (!(error instanceof SpinlabError) || error.exitCode !== EXIT.unsupported) throw error
    return withoutRights(subject, error, limits)
  }
}

/** Seconds that are left for one more look. */
const rest = ({ until }: Limits) => Math.max((until - performance.now()) / 1000, 0.2)

const probe = ({ pid }: Subject, flags: readonly string[], seconds: number, limits: Limits) =>
  gather(
    (bound) => watching((scope) => probeWindows(scope, thisMachine, ['--pid', `${pid}`, ...flags], { seconds: bound })),
    seconds,
    limits,
  )

/** CPU is read before anything is attached: some observers slow what they look at, and see no CPU themselves. */
async function observeWith(name: string, { pid }: Subject, limits: Limits): Promise<Observation> {
  const [procfs, collector] = await Promise.all([loadCollector('procfs'), loadCollector(name)])
  const before = await lookWith(procfs, pid, STILL_SECONDS, limits)
  const windows = [...before, ...(await lookWith(collector, pid, rest(limits), limits))]
  return { windows, blind: collector.blind ? [`${name} does not show ${collector.blind}`] : [] }
}

/** What is left: /proc, undisturbed, then a short look with strace. */
async function withoutRights(subject: Subject, refusal: Error, limits: Limits): Promise<Observation> {
  const [procfs, strace] = await Promise.all([loadCollector('procfs'), loadCollector('strace')])
  const before = await lookWith(procfs, subject.pid, rest(limits) - STRACE_SECONDS, limits).catch(() => [])
  const calls = await lookWith(strace, subject.pid, STRACE_SECONDS, limits).catch(() => [])
  const why = refusal.message.split('\n').at(-1)
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

const lookWith = ({ watch }: Collector, pid: number, seconds: number, limits: Limits) =>
  gather((bound) => watch(thisMachine, pid, { seconds: bound }), seconds, limits)

/** The windows of so many seconds, however long the observer takes to begin; one that never does is given up. */
async function gather(start: (seconds: number) => Watch, seconds: number, { stop }: Limits): Promise<Window[]> {
  const windows: Window[] = []
  await using watch = start(seconds + PATIENCE_SECONDS)
  for await (const window of watch) {
    windows.push(window)
    const seen = windows.reduce((sum, one) => sum + one.seconds, 0)
    if (seen >= seconds - HALF_WINDOW || stop?.aborted) break
  }
  return windows
}

/** Adds to the last window in which calls the threads sleep now. */
async function withBlocked(windows: Window[], { pid }: Subject): Promise<Window[]> {
  const blocked = await blockedThreads(pid)
  const last = windows.at(-1)
  return blocked && last ? [...windows.slice(0, -1), { ...last, blocked }] : windows
}
