import type { Call, Descriptor, Kind, Process, Stack, Thread, Wait, Window } from '../windows/window.ts'
import { processWide } from './process-wide.ts'
import { type Root, rootsOf } from './roots.ts'
import { groupBy, sum } from './sums.ts'

/** Counts of one descriptor over all windows that counted calls. */
export interface SeenDescriptor extends Descriptor {
  /** its useful calls moved nothing: registrations taken back and connections begun, and no connection was accepted for them */
  hollow?: boolean
  /** an end of a pipe whose other end is in the same process */
  inner?: boolean
  /** epoll sets that reported it */
  epfds: number[]
}

/** A registration that the kernel must report at once, for ever, whatever a wait returned; known from /proc alone. */
export interface StuckDescriptor {
  descriptor: Descriptor
  /** looks in which it was stuck with the same bytes waiting */
  looks: number
}

/** All windows of one observation as one: sums, and the seconds over which each part was observed. */
export interface Sight {
  /** seconds in which system calls were counted; 0 when none were */
  seconds: number
  /** seconds of the whole observation */
  span: number
  /** whether calls were told apart by descriptor */
  perDescriptor: boolean
  calls: Map<string, Call>
  waits: Wait[]
  descriptors: SeenDescriptor[]
  /** useful calls on descriptors where a useful call is progress, listed or not */
  progress: number
  /** descriptors reported ready by waits, listed or not */
  ready: number
  /** looks at registrations that must be ready */
  looks: number
  stuck: StuckDescriptor[]
  /** mean over the windows that saw the process; `fds` and the like from the last */
  process: Process | undefined
  /** cores that the process would use if it had the machine to itself */
  cores: number | undefined
  threads: Thread[]
  /** what the CPU was used for, by thread or goroutine; empty when no stacks were sampled */
  roots: Root[]
  samples: number
  waitStacks: Stack[]
  /** the last look at them */
  sockets: Window['sockets']
  /** connections that were in CLOSE-WAIT in every look: the peer has ended, and nobody closes */
  abandoned: number
  /** threads that a look found blocked in a call, by the name of the call; undefined when nobody looked */
  blocked: Set<string> | undefined
  /** open descriptors, window by window */
  fds: number[]
  lost: number
  /** calls seen, to weigh the lost events against */
  events: number
}

/** A read or write that succeeds is progress here; not on eventfds and timers, by which runtimes wake themselves. */
const PROGRESSIVE: ReadonlySet<Kind> = new Set(['socket', 'listener', 'pipe', 'unknown'])

/** Fewer bytes a read are a counter or a limit of the kernel's: Go reads the CPU limit of its cgroup each second, 3 bytes of it (internal/runtime/cgroup, from 1.25 on). */
const SCRAP = 32

/** Writing to files, standard output or error is logging, which a sick loop may do at each turn; what a file gives is work. */
const isProgressive = ({ kind, fd, bytesIn, useful, inner }: SeenDescriptor) =>
  kind === 'file' ? bytesIn > 0 && bytesIn >= SCRAP * useful : PROGRESSIVE.has(kind) && !inner && fd !== 1 && fd !== 2

export function see(windows: readonly Window[]): Sight {
  const counted = windows.filter((window) => window.calls || window.waits)
  const perDescriptor = counted.some((window) => window.descriptors)
  const calls = sumCalls(counted)
  const waits = sumWaits(counted)
  const descriptors = perDescriptor ? closeIn(hollowOut(sumDescriptors(counted))) : processWide({ calls, waits })
  const process = meanProcess(windows)
  const threads = meanThreads(windows)
  const cores = process && wantedCores(process, threads)
  const stacks = windows.flatMap((window) => window.stacks ?? [])
  const blocked = windows.flatMap((window) => window.blocked ?? [])
  return {
    seconds: sum(counted.map((window) => window.seconds)),
    span: sum(windows.map((window) => window.seconds)),
    perDescriptor,
    calls,
    waits,
    descriptors,
    progress:
      workOfRings(calls, descriptors, threads) +
      sum(descriptors.filter(isProgressive).map((descriptor) => descriptor.useful)) +
      sum(counted.map((window) => window.others?.useful ?? 0)),
    ready:
      sum(descriptors.map((descriptor) => descriptor.ready)) + sum(counted.map((window) => window.others?.ready ?? 0)),
    ...lookAtStuck(windows),
    process,
    cores,
    threads,
    roots: rootsOf(stacks, cores ?? 0),
    samples: sum(stacks.map((stack) => stack.samples)),
    waitStacks: windows.flatMap((window) => window.waitStacks ?? []),
    sockets: windows.findLast((window) => window.sockets)?.sockets,
    abandoned: Math.min(...windows.flatMap(({ sockets }) => (sockets ? inCloseWait(sockets) : []))),
    blocked: windows.some((window) => window.blocked) ? new Set(blocked.map(({ call }) => call)) : undefined,
    fds: windows.flatMap((window) => (window.process ? [window.process.fds] : [])),
    lost: sum(windows.map((window) => window.lost)),
    events: sum(counted.flatMap((window) => (window.calls ?? []).map((call) => call.calls))),
  }
}

/**
 * What io_uring does ends in memory, and no call shows it. It was given work (io_uring_enter(2) returns how much), or a thread of the kernel
 * fetches that itself (IORING_SETUP_SQPOLL), and then the ring is ready when some is done.
 */
function workOfRings(
  calls: ReadonlyMap<string, Call>,
  descriptors: readonly SeenDescriptor[],
  threads: readonly Thread[],
): number {
  return (
    givenToRings(calls) +
    (isFetched(threads) ? sum(descriptors.filter(({ kind }) => kind === 'other').map(({ ready }) => ready)) : 0)
  )
}

/** Pieces of work. */
export const givenToRings = (calls: ReadonlyMap<string, Call>) => calls.get('io_uring_enter')?.positive ?? 0

/** The kernel's own thread looks for what is to be done (create_io_thread of io_uring/sqpoll.c names it). */
export const isFetched = (threads: readonly Thread[]) => threads.some(({ name }) => name.startsWith('iou-sqp-'))

const inCloseWait = (sockets: NonNullable<Window['sockets']>) =>
  sum(sockets.map(({ state, count }) => (state === 'CLOSE-WAIT' ? count : 0)))

/**
 * CPU alone understates a spin on a busy machine, and CPU plus run-queue wait overstates whatever sleeps between its turns.
 * A thread that wants `d` of a core and is kept waiting `w` of the time runs `d * (1 - w)`; hence d.
 */
function wantedCores(process: Process, threads: readonly Thread[]): number {
  const wanted = sum(threads.map(({ cpu, runQueue }) => Math.min(cpu + runQueue, cpu / Math.max(1 - runQueue, 1e-3))))
  // Threads that lived too short to be listed ran as well.
  return Math.max(wanted, process.cpu)
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
  return groupBy(all, (wait) => `${wait.call} ${wait.timeout}`).map((group) => ({
    ...group[0],
    ready: sum(group.map((wait) => wait.ready)),
    empty: sum(group.map((wait) => wait.empty)),
    failed: sum(group.map((wait) => wait.failed)),
  }))
}

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

function sumDescriptors(windows: readonly Window[]): SeenDescriptor[] {
  const all = windows.flatMap((window) => window.descriptors ?? [])
  return groupBy(all, ({ pid, fd }) => `${pid} ${fd}`).map((group) => {
    // The last row knows best what the descriptor is now; the kind may have been learnt earlier.
    const seen: SeenDescriptor = {
      ...(group.findLast(({ inode }) => inode !== undefined) ?? group[0]),
      kind: group.find(({ kind }) => kind !== 'unknown')?.kind ?? 'unknown',
      epfds: [...new Set(group.flatMap(({ epfd }) => epfd ?? []))],
    }
    for (const name of COUNTS) seen[name] = sum(group.map((row) => row[name]))
    const errno = group.reduce((most, row) => (row.failed > most.failed ? row : most)).errno
    if (errno) seen.errno = errno
    return seen
  })
}

/** Useful calls for each accepted connection, if they only begin and end connections. */
const CALLS_PER_CONNECTION = 20

/** Taking a registration back, or beginning a connection, is useful only where bytes or new connections come of it. */
function hollowOut(descriptors: SeenDescriptor[]): SeenDescriptor[] {
  const accepted = sum(descriptors.map(({ kind, useful }) => (kind === 'listener' ? useful : 0)))
  return descriptors.map((descriptor) => {
    const { kind, useful, bytesIn, bytesOut, ready } = descriptor
    const hollow = kind === 'socket' && bytesIn + bytesOut === 0 && useful > CALLS_PER_CONNECTION * accepted
    return hollow ? { ...descriptor, hollow, useful: 0, unconsumed: ready } : descriptor
  })
}

/** A pipe of which both ends are in one process: its threads wake each other through it, as through an eventfd. */
function closeIn(descriptors: SeenDescriptor[]): SeenDescriptor[] {
  const ends = Map.groupBy(descriptors, ({ kind, pid, inode }) => (kind === 'pipe' ? `${pid} ${inode}` : ''))
  return descriptors.map((one) => {
    const both =
      one.kind === 'pipe' && one.inode !== undefined && (ends.get(`${one.pid} ${one.inode}`)?.length ?? 0) > 1
    return both ? { ...one, inner: true } : one
  })
}

/** Of windows that look at /proc and count no calls: what must have been ready, with the same bytes waiting in each look. */
function lookAtStuck(windows: readonly Window[]): Pick<Sight, 'looks' | 'stuck'> {
  const looks = windows.filter((window) => window.descriptors && !window.calls && !window.waits)
  const rows = looks.flatMap((window) => window.descriptors ?? [])
  return {
    looks: looks.length,
    stuck: groupBy(rows, (d) => `${d.pid} ${d.fd} ${d.epfd} ${d.inode} ${d.recvQueue}`).map((group) => ({
      descriptor: group[0],
      looks: group.length,
    })),
  }
}

function meanProcess(windows: readonly Window[]): Process | undefined {
  const seen = windows.filter((window) => window.process)
  const last = seen.at(-1)?.process
  if (!last) return undefined
  const seconds = sum(seen.map((window) => window.seconds))
  const mean = (of: (process: Process) => number) =>
    sum(seen.map((window) => (window.process ? of(window.process) * window.seconds : 0))) / seconds
  return {
    ...last,
    cpu: mean((process) => process.cpu),
    runQueue: mean((process) => process.runQueue),
    voluntary: mean((process) => process.voluntary),
    involuntary: mean((process) => process.involuntary),
  }
}

/** Over all windows that saw threads: one that did not run in a window is not listed there. */
function meanThreads(windows: readonly Window[]): Thread[] {
  const seen = windows.filter((window) => window.threads)
  const seconds = sum(seen.map((window) => window.seconds))
  const rows = seen.flatMap((window) => (window.threads ?? []).map((thread) => ({ thread, seconds: window.seconds })))
  return groupBy(rows, ({ thread }) => `${thread.pid} ${thread.tid}`).map((group) => {
    const mean = (of: (thread: Thread) => number) => sum(group.map((row) => of(row.thread) * row.seconds)) / seconds
    return {
      ...group[0].thread,
      cpu: mean((thread) => thread.cpu),
      runQueue: mean((thread) => thread.runQueue),
      voluntary: mean((thread) => thread.voluntary),
      involuntary: mean((thread) => thread.involuntary),
    }
  })
}
