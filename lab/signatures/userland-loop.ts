import { proportion } from '../statistics/proportion.ts'
import type { Stack } from '../windows/window.ts'
import { askingCalls } from './asking-calls.ts'
import { emptyMessages } from './empty-messages.ts'
import type { Cause, Suspicion } from './finding.ts'
import {
  accepts,
  asks,
  calls,
  collects,
  enters,
  firesTimers,
  gives,
  isNamed,
  isServing,
  leaf,
  passes,
  reacts,
  serves,
  takes,
  turns,
  yields,
} from './frames.ts'
import { loops } from './loops.ts'
import { isGo, type Root, shareOf } from './roots.ts'
import type { Sight } from './sight.ts'
import { groupBy, sum } from './sums.ts'

/** A root with at least so many samples has a profile; shares of fewer are noise. */
const PROFILE = 8
/** Share of a root's samples in code that asks again and again, or in network code. Measured: 98 % and more in loops, in healthy goroutines the next rule holds them off. */
const ASKING_SHARE = 0.5
/** Share of a root's samples in system calls. Measured: 0 % in user-space loops, 14 % and more in every healthy goroutine that serves. */
const CALLING_SHARE = 0.05
/** Share of the samples in sched_yield, runtime.Gosched or PAUSE. Measured: 90 % and more in a thread that waits so, 70 % of a Go program, at most 3 % in healthy ones. */
const YIELDING_SHARE = 0.3
/** Share of a thread's samples in other calls, from which on it serves meanwhile. Measured: none in loops, 40 % and more in Erlang's schedulers. */
const SERVING_SHARE = 0.1
/** A process in which nothing came or went for so long (s), while it burnt, serves nobody; requests that compute take less. */
const SILENCE = 1.2
/**
 * Functions in which a loop that asks is, unless all is silent or it accepts: code that serves by way of channels needs no system call of its own. Measured: at most 4 in
 * loops, 11 and more where the frames of HTTP/2 are made; 10 in an accept loop with a listener of its own.
 */
const FEW_ASKING = 6
const ALL_BUT_NOISE = 0.93

/** CPU burns without progress and with hardly a wait. */
export function userlandLoop(sight: Sight): Suspicion[] {
  const asking = askingIn(sight)
  return [
    ...loops(sight, 'userland-loop'),
    ...yielding(sight),
    ...sight.roots.flatMap((root) => inUserSpace(root, sight, asking)),
    ...askingCalls(sight),
    ...emptyMessages(sight),
    ...starvation(sight),
  ]
}

const EITHER = ' (one long computation, or a loop that does not end)'

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
      evidence: 'silence',
      numbers: { unread, listening },
      text: `no thread has waited for a connection or served one for ${sight.span.toFixed(1)} s, while nobody takes what waits: ${listening} listening sockets, ${unread} with bytes or connections${EITHER}`,
    },
  ]
}

/** A thread that serves between its rounds waits so by design and not for long, as schedulers of runtimes do (Erlang's, +sbwt). */
function waitsActively(root: Root, go: boolean): boolean {
  const sure = proportion(root.samples * shareOf(root.stacks, yields), root.samples).interval[0]
  const serving = go ? 0 : shareOf(root.stacks, (stack) => calls(stack) && !yields(stack))
  return sure >= YIELDING_SHARE && serving <= SERVING_SHARE
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
    .filter((root) => root.samples >= PROFILE && waitsActively(root, isGo(roots)))
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

function inUserSpace(root: Root, sight: Sight, asking: (stack: Stack) => boolean): Suspicion[] {
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
      numbers: { samples: root.samples, calling: share(calls), asking: share(asking) },
      text,
    },
  ]
  // A loop that makes an error at each turn makes garbage too.
  const collecting = share((stack) => collects(stack) && !asking(stack))
  if (share(yields) >= YIELDING_SHARE || root.name === 'runtime' || collecting > ASKING_SHARE) return []
  if (share(firesTimers) > CALLING_SHARE || share(passes) > CALLING_SHARE) return []
  const where = hottest(root)
  // Other goroutines of the same function may serve beside the one that is told the same.
  const narrow =
    isSilent(sight) ||
    (sight.progress === 0 && share(reacts) >= ASKING_SHARE) ||
    share(accepts) >= ALL_BUT_NOISE ||
    isWithin(FEW_ASKING, root.stacks)
  if (share(enters) >= ASKING_SHARE || (share(asking) >= ASKING_SHARE && share(calls) <= CALLING_SHARE && narrow))
    return suspicion(
      'asking',
      `${root.name} goes round in ${where} without a system call`,
      share(reacts) >= ASKING_SHARE ? 'absence' : 'sampled',
    )
  if (share(calls) > CALLING_SHARE) return []
  if (share(turns) > CALLING_SHARE) return []
  const name = sight.threads.find(({ tid }) => tid === root.tid)?.name ?? ''
  if (isSilent(sight) && (share(serves) >= ASKING_SHARE || isServing(name)))
    return suspicion(
      'handler-stuck',
      `${root.name} is in ${where}, and nothing has come or gone for ${sight.span.toFixed(1)} s${EITHER}`,
      'silence',
    )
  return []
}

/** Asks in vain: not where values go through channels, and not by promise reactions beside which other things happen, as those that never end let none. */
function askingIn(sight: Sight): (stack: Stack) => boolean {
  const traded = isTraded(sight)
  return (stack) => asks(stack) && !(traded && (gives(stack) || takes(stack))) && !(sight.progress > 0 && reacts(stack))
}

/** Values go through channels: some goroutines give what others take. */
function isTraded({ roots }: Sight): boolean {
  const stacks = roots.flatMap((root) => root.stacks)
  return shareOf(stacks, gives) > CALLING_SHARE && shareOf(stacks, takes) > CALLING_SHARE
}

/** Hardly a sample is outside of so many functions. */
function isWithin(functions: number, stacks: readonly Stack[]): boolean {
  const sizes = groupBy(stacks, leaf).map((group) => sum(group.map(({ samples }) => samples)))
  const most = sum(sizes.toSorted((a, b) => b - a).slice(0, functions))
  return most >= ALL_BUT_NOISE * sum(sizes)
}

export const NAMELESS = 'code without a name'

/** The function in which most of the samples are. */
export function hottest(root: Pick<Root, 'stacks'>): string {
  const counts = new Map<string, number>()
  for (const stack of root.stacks) counts.set(leaf(stack), (counts.get(leaf(stack)) ?? 0) + stack.samples)
  const [name = ''] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? []
  return isNamed(name) ? name : NAMELESS
}
