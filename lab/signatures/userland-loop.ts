import { coresOf } from './cost.ts'
import type { Cause, Suspicion } from './finding.ts'
import { asks, calls, collects, enters, firesTimers, isServing, leaf, passes, serves, turns, yields } from './frames.ts'
import { loops } from './loops.ts'
import { isGo, type Root, shareOf } from './roots.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { rate, short } from './words.ts'

/** A root with at least so many samples has a profile; shares of fewer are noise. */
const PROFILE = 8
/** Share of a root's samples in code that asks again and again, or in network code. Measured: 98 % and more in loops, in healthy goroutines the next rule holds them off. */
const ASKING_SHARE = 0.5
/** Share of a root's samples in system calls. Measured: 0 % in user-space loops, 14 % and more in every healthy goroutine that serves. */
const CALLING_SHARE = 0.05
/** Share of the samples in sched_yield, runtime.Gosched or PAUSE. Measured: 90 % and more in a thread that waits so, 70 % of a Go program, at most 3 % in healthy ones. */
const YIELDING_SHARE = 0.3
/** A process in which nothing came or went for so long (s), while it burnt, serves nobody; requests that compute take less. */
const SILENCE = 1.2
/** Bytes a call: bulk senders fill at least this much, endless empty frames do not. */
const BULK = 8192
/** Writes for each time that a thread went to sleep: a sender that waits for its source, its peer or its clock does not come to this. Measured: 7 and more in loops, below 1 with heartbeats. */
const TALKING = 5
/** Bytes that come in for each that goes out. Measured: below 1e-6 in loops; a request for each answer is 1e-3 and more. */
const ASKED_FOR = 1e-3

/** CPU burns without progress and with hardly a wait. */
export function userlandLoop(sight: Sight): Suspicion[] {
  return [
    ...loops(sight, 'userland-loop'),
    ...yielding(sight),
    ...sight.roots.flatMap((root) => inUserSpace(root, sight)),
    ...askingCalls(sight),
    ...emptyFrames(sight),
    ...starvation(sight),
  ]
}

/** Nothing useful was done in any window that counted calls, spread over long enough. */
const isSilent = (sight: Sight) => sight.span >= SILENCE && sight.seconds > 0 && sight.progress === 0

/** Calls in which a thread waits for what its peers will do. */
const ATTENTIVE = /^(?:epoll_p?wait2?|p?poll|p?select6?|accept4?|read|recv\w*|io_uring_enter)$/

/** Peers are there, and no thread has waited for them, or served them, all the time; it needs no names of functions. */
function starvation(sight: Sight): Suspicion[] {
  const { sockets, blocked, cores } = sight
  if (!sockets || !blocked || !cores || !isSilent(sight)) return []
  const waited =
    [...blocked].some((call) => ATTENTIVE.test(call)) || sight.waits.some(({ ready, empty }) => ready + empty > 0)
  const unread = sum(sockets.map((row) => row.unread))
  const listening = sockets.find(({ state }) => state === 'LISTEN')?.count ?? 0
  if (waited || unread + listening === 0) return []
  return [
    {
      class: 'userland-loop',
      cause: 'starving',
      turns: sight.samples,
      cores,
      evidence: 'absence',
      numbers: { unread, listening },
      text: `no thread has waited for a connection or served one for ${sight.span.toFixed(1)} s, while ${listening} listen and ${unread} have bytes or connections that nobody takes`,
    },
  ]
}

/** Waits actively: a thread, or some of the goroutines, whose scheduler works on stacks that do not tell for whom. */
function yielding({ roots, samples }: Sight): Suspicion[] {
  const stacks = roots.flatMap((root) => root.stacks)
  const all = {
    name: 'a goroutine',
    tid: stacks[0]?.tid ?? 0,
    samples,
    cores: sum(roots.map(({ cores }) => cores)),
    stacks,
  }
  return (isGo(roots) ? [all] : roots)
    .filter((root) => root.samples >= PROFILE && shareOf(root.stacks, yields) >= YIELDING_SHARE)
    .map(({ name, tid, samples: turns, cores, stacks: own }) => ({
      class: 'userland-loop',
      cause: 'yielding',
      turns,
      cores: cores * shareOf(own, yields),
      evidence: 'sampled',
      subject: { tid },
      numbers: { samples: turns, yielding: shareOf(own, yields) },
      text: `${name} waits actively (sched_yield, Gosched or PAUSE) in ${hottest({ stacks: own })}`,
    }))
}

function inUserSpace(root: Root, sight: Sight): Suspicion[] {
  if (root.samples < PROFILE) return []
  const share = (matches: Parameters<typeof shareOf>[1]) => shareOf(root.stacks, matches)
  const suspicion = (cause: Cause, text: string, evidence: Suspicion['evidence'] = 'sampled'): Suspicion[] => [
    {
      class: 'userland-loop',
      cause,
      turns: root.samples,
      cores: root.cores,
      evidence,
      subject: { tid: root.tid },
      numbers: { samples: root.samples, calling: share(calls), asking: share(asks) },
      text,
    },
  ]
  if (share(yields) >= YIELDING_SHARE || root.name === 'runtime' || share(collects) > ASKING_SHARE) return []
  if (share(firesTimers) > CALLING_SHARE || share(passes) > CALLING_SHARE) return []
  const where = hottest(root)
  // Other goroutines of the same function may serve beside the one that is told the same.
  if (share(enters) >= ASKING_SHARE || (share(asks) >= ASKING_SHARE && share(calls) <= CALLING_SHARE))
    return suspicion('asking', `${root.name} goes round in ${where} without a system call`)
  if (share(calls) > CALLING_SHARE) return []
  if (share(turns) > CALLING_SHARE) return []
  const name = sight.threads.find(({ tid }) => tid === root.tid)?.name ?? ''
  if (isSilent(sight) && (share(serves) >= ASKING_SHARE || isServing(name)))
    return suspicion(
      'handler-stuck',
      `${root.name} goes round in ${where}, and nothing has come or gone meanwhile`,
      'absence',
    )
  return []
}

/** Calls that ask how things are, and move nothing. */
const ASKING_CALLS: ReadonlySet<string> = new Set(
  'ioctl fcntl getsockopt getsockname getpeername getpid gettid clock_gettime gettimeofday time times getrusage sched_yield wait4 waitid epoll_ctl'.split(
    ' ',
  ),
)
/** The same, where there is much to ask about: files, locks, other processes. */
const LOOKING_CALLS: ReadonlySet<string> = new Set(
  'stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat flock kill'.split(' '),
)
/** With these it comes to another file. */
const GOING_ON = ['getdents64', 'open', 'openat', 'openat2', 'execve']
/** Such calls for each useful one. Measured: at most 2.3 in healthy servers (mosquitto), 20 and more in loops. */
const ASKED_PER_USEFUL = 10
/** Share of an opened file or a read directory in each look at a file. Measured: none in loops over one, 0.3 and more where files are gone through. */
const GONE_ON = 0.01

/** Full of cheap system calls, none of which waits or moves a byte. */
function askingCalls(sight: Sight): Suspicion[] {
  const opened = sum(GOING_ON.map((call) => sight.calls.get(call)?.calls ?? 0))
  const looked = sum([...sight.calls.values()].map(({ call, calls: n }) => (LOOKING_CALLS.has(call) ? n : 0)))
  const stays = opened < GONE_ON * looked
  const asked = [...sight.calls.values()].filter(
    ({ call }) => ASKING_CALLS.has(call) || (stays && LOOKING_CALLS.has(call)),
  )
  const turns = sum(asked.map((row) => row.calls))
  const [most] = asked.toSorted((a, b) => b.calls - a.calls)
  if (!most || turns < sight.events / 2 || turns < ASKED_PER_USEFUL * sight.progress) return []
  return [
    {
      class: 'userland-loop',
      cause: most.call === 'sched_yield' ? 'yielding' : 'asking',
      turns,
      cores: coresOf(turns, sight, calls),
      evidence: 'counted',
      numbers: { turns: turns / sight.seconds, useful: sight.progress / sight.seconds },
      text: `asks with ${most.call} ${rate(turns / sight.seconds)} without ever waiting for an answer, useful calls ${rate(sight.progress / sight.seconds)}`,
    },
  ]
}

/** Writes that succeed and carry nothing: one way only, nothing asked for them, the peer never holds them up, and the processor is the limit. */
function emptyFrames(sight: Sight): Suspicion[] {
  const { process, descriptors, seconds, perDescriptor } = sight
  // Who does not tell descriptors apart counts no bytes either.
  if (!perDescriptor) return []
  const talkers = descriptors.filter(
    ({ kind, useful, bytesOut, sendAgain, ready }) =>
      kind === 'socket' && useful > 0 && bytesOut < BULK * useful && sendAgain + ready <= useful / 100,
  )
  const turns = sum(talkers.map(({ useful }) => useful))
  const [worst] = talkers.toSorted((a, b) => b.useful - a.useful)
  if (!worst || !process || turns < TALKING * process.voluntary * seconds) return []
  // An eventfd brings 8 bytes that mean nothing, and a runtime reads a limit from a file now and then.
  const asked = sum(descriptors.map(({ kind, bytesIn }) => (kind === 'eventfd' ? 0 : bytesIn)))
  if (asked > ASKED_FOR * sum(talkers.map(({ bytesOut }) => bytesOut))) return []
  return [
    {
      class: 'userland-loop',
      cause: 'empty-messages',
      turns,
      cores: coresOf(turns, { ...sight, progress: Math.max(0, sight.progress - turns) }, calls),
      evidence: 'absence',
      subject: { pid: worst.pid, fd: worst.fd },
      numbers: { turns: turns / seconds, bytesPerTurn: worst.bytesOut / worst.useful },
      text: `socket fd ${worst.fd} is written to ${rate(turns / seconds)} (${short(worst.bytesOut / worst.useful)} bytes each) without a pause, and nothing comes in that could ask for it`,
    },
  ]
}

/** The function in which most of the samples are. */
export function hottest(root: Pick<Root, 'stacks'>): string {
  const counts = new Map<string, number>()
  for (const stack of root.stacks) counts.set(leaf(stack), (counts.get(leaf(stack)) ?? 0) + stack.samples)
  const [name = ''] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? []
  return /^(?:$|0x|\[)/.test(name) ? 'code without a name' : name
}
