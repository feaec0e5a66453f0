import type { Call, Descriptor, Kind, Process, Stack, Thread, Wait, Window } from '../windows/window.ts'

/** Counts of one descriptor over all windows that counted calls. */
export interface SeenDescriptor extends Descriptor {
  /** epoll sets in which it was seen */
  epfds: number[]
}

/** A registration that the kernel must report at once and for ever, whatever a wait returned; from /proc alone. */
export interface StuckDescriptor {
  descriptor: Descriptor
  /** looks in which it was stuck with the same bytes waiting */
  looks: number
}

/** All windows of one observation as one: sums, and the seconds over which each part was observed. */
export interface Sight {
  /** seconds in which system calls were counted; 0 when none were */
  seconds: number
  /** whether calls were told apart by descriptor */
  perDescriptor: boolean
  calls: Map<string, Call>
  waits: Wait[]
  descriptors: SeenDescriptor[]
  /** useful calls on descriptors where a useful call is progress, listed or not */
  progress: number
  /** looks at registrations that must be ready, and those that were so every time */
  looks: number
  stuck: StuckDescriptor[]
  /** mean over the windows that saw the process; `fds` and the like from the last */
  process: Process | undefined
  /** CPU plus run-queue wait of the process */
  cores: number | undefined
  threads: Thread[]
  stacks: Stack[]
  waitStacks: Stack[]
  /** open descriptors, window by window */
  fds: number[]
  lost: number
  /** events seen, to weigh the lost ones against */
  events: number
}

/** A read or write that succeeds is progress here. Not on eventfds and timers, by which runtimes wake themselves, nor on logs. */
const PROGRESSIVE: ReadonlySet<Kind> = new Set(['socket', 'listener', 'pipe', 'unknown'])

/** Writing to standard output or error is logging, which a sick loop does at each turn. */
export const isProgressive = ({ kind, fd }: Pick<Descriptor, 'kind' | 'fd'>) =>
  PROGRESSIVE.has(kind) && fd !== 1 && fd !== 2

const COUNTS = [
  'useful',
  'eof',
  'again',
  'sendAgain',
  'failed',
  'peeked',
  'ready',
  'unconsumed',
  'bytesIn',
  'bytesOut',
] as const

export function see(windows: readonly Window[]): Sight {
  const counted = windows.filter((window) => window.calls || window.waits)
  const descriptors = sumDescriptors(counted)
  const process = meanProcess(windows)
  return {
    seconds: sum(counted.map((window) => window.seconds)),
    perDescriptor: counted.some((window) => window.descriptors),
    calls: sumCalls(counted),
    waits: sumWaits(counted),
    descriptors,
    progress:
      sum(descriptors.filter(isProgressive).map((descriptor) => descriptor.useful)) +
      sum(counted.map((window) => window.others?.useful ?? 0)),
    ...lookAtStuck(windows),
    process,
    cores: process && process.cpu + process.runQueue,
    threads: meanThreads(windows),
    stacks: sumStacks(windows.flatMap((window) => window.stacks ?? [])),
    waitStacks: sumStacks(windows.flatMap((window) => window.waitStacks ?? [])),
    fds: windows.flatMap((window) => (window.process ? [window.process.fds] : [])),
    lost: sum(windows.map((window) => window.lost)),
    events: sum(counted.flatMap((window) => (window.calls ?? []).map((call) => call.calls))),
  }
}

export const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0)

/** Groups by a key and keeps the order of first appearance. */
function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return [...groups.values()]
}

function sumCalls(windows: readonly Window[]): Map<string, Call> {
  const calls = new Map<string, Call>()
  for (const call of windows.flatMap((window) => window.calls ?? [])) {
    const total = calls.get(call.call) ?? { call: call.call, calls: 0, zero: 0, positive: 0, errors: {} }
    calls.set(call.call, total)
    total.calls += call.calls
    total.zero += call.zero
    total.positive += call.positive
    for (const [errno, n] of Object.entries(call.errors)) total.errors[errno] = (total.errors[errno] ?? 0) + n
  }
  return calls
}

function sumWaits(windows: readonly Window[]): Wait[] {
  const all = windows.flatMap((window) => window.waits ?? [])
  return groupBy(all, (wait) => `${wait.call} ${wait.timeout}`).flatMap((group) =>
    group.slice(0, 1).map((first) => ({
      ...first,
      ready: sum(group.map((wait) => wait.ready)),
      empty: sum(group.map((wait) => wait.empty)),
      failed: sum(group.map((wait) => wait.failed)),
    })),
  )
}

function sumDescriptors(windows: readonly Window[]): SeenDescriptor[] {
  const all = windows.flatMap((window) => window.descriptors ?? [])
  return groupBy(all, (d) => `${d.pid} ${d.fd}`).flatMap((group) =>
    group.slice(-1).map((last) => {
      const seen: SeenDescriptor = {
        ...last,
        kind: group.find((d) => d.kind !== 'unknown')?.kind ?? last.kind,
        epfds: [...new Set(group.flatMap((d) => (d.epfd === undefined ? [] : [d.epfd])))],
      }
      for (const name of COUNTS) seen[name] = sum(group.map((d) => d[name]))
      const errnos = group.toSorted((a, b) => b.failed - a.failed)
      if (errnos[0]?.errno) seen.errno = errnos[0].errno
      return seen
    }),
  )
}

/** Of windows that look at /proc and count no calls: what was ready in every look with the same bytes waiting. */
function lookAtStuck(windows: readonly Window[]): Pick<Sight, 'looks' | 'stuck'> {
  const looks = windows.filter((window) => window.descriptors && !window.calls && !window.waits)
  const groups = groupBy(
    looks.flatMap((window) => window.descriptors ?? []),
    (d) => `${d.pid} ${d.fd} ${d.inode} ${d.recvQueue}`,
  )
  return {
    looks: looks.length,
    stuck: groups.flatMap((group) => group.slice(-1).map((descriptor) => ({ descriptor, looks: group.length }))),
  }
}

function meanProcess(windows: readonly Window[]): Process | undefined {
  const seen = windows.filter((window) => window.process)
  const last = seen.at(-1)?.process
  if (!last) return undefined
  return {
    ...last,
    cpu: mean(seen, (window) => window.process?.cpu),
    runQueue: mean(seen, (window) => window.process?.runQueue),
    voluntary: mean(seen, (window) => window.process?.voluntary),
    involuntary: mean(seen, (window) => window.process?.involuntary),
  }
}

/** Over all windows that saw threads: a thread that did not run in one of them is not listed there. */
function meanThreads(windows: readonly Window[]): Thread[] {
  const seen = windows.filter((window) => window.threads)
  const rows = seen.flatMap((window) => (window.threads ?? []).map((thread) => ({ thread, seconds: window.seconds })))
  const seconds = sum(seen.map((window) => window.seconds))
  return groupBy(rows, ({ thread }) => `${thread.pid} ${thread.tid}`).flatMap((group) =>
    group.slice(-1).map(({ thread }) => {
      const share = (of: (thread: Thread) => number) => sum(group.map((row) => of(row.thread) * row.seconds)) / seconds
      return {
        ...thread,
        cpu: share((t) => t.cpu),
        runQueue: share((t) => t.runQueue),
        voluntary: share((t) => t.voluntary),
        involuntary: share((t) => t.involuntary),
      }
    }),
  )
}

function mean(windows: readonly Window[], of: (window: Window) => number | undefined): number {
  const seconds = sum(windows.map((window) => window.seconds))
  return sum(windows.map((window) => (of(window) ?? 0) * window.seconds)) / seconds
}

function sumStacks(stacks: readonly Stack[]): Stack[] {
  return groupBy(stacks, (stack) => JSON.stringify([stack.tid, stack.user, stack.kernel])).flatMap((group) =>
    group.slice(0, 1).map((first) => ({ ...first, samples: sum(group.map((stack) => stack.samples)) })),
  )
}
