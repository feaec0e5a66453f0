import { coresOf } from './cost.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import { AGAIN, STORM } from './futility.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'
import { stuckRegistrations } from './stuck-registrations.ts'
import { groupBy, sum } from './sums.ts'
import { describe, rate } from './words.ts'

/** Share of a shared listener's wake-ups that are in vain. Measured: 32 to 88 % in herds of 8 loops, at most 7 % with EPOLLEXCLUSIVE. */
const HERD = 0.15

/** Waits return ready descriptors that nothing consumes. */
export function unconsumedReadiness(sight: Sight): Suspicion[] {
  return [
    ...loops(sight, 'unconsumed-readiness'),
    ...herd(sight),
    ...exceptions(sight),
    ...stuckRegistrations(sight, 'unconsumed-readiness'),
  ]
}

/**
 * select returns, and nothing that it was asked to read or write is ready: what is left are its exceptfds, that is urgent data (select(2)).
 * Measured: no such return in healthy servers.
 */
function exceptions(sight: Sight): Suspicion[] {
  const { waits, ready, perDescriptor, progress, seconds } = sight
  const returned = sum(waits.map((wait) => (SELECTS.has(wait.call) ? wait.ready : 0)))
  const turns = returned - ready
  if (!perDescriptor || turns < Math.max(returned / 2, AGAIN, STORM * seconds) || progress > turns / 2) return []
  return [
    {
      class: 'unconsumed-readiness',
      cause: 'bytes-not-read',
      turns,
      cores: coresOf(turns, sight, calls),
      evidence: 'summed',
      numbers: { turns: turns / seconds, useful: progress / seconds },
      text: `select returns ${rate(turns / seconds)} although nothing can be read or written, as it does for urgent data that nobody takes`,
    },
  ]
}

const SELECTS: ReadonlySet<string> = new Set(['select', 'pselect6'])

/** One listener in several epoll sets, each of which is woken for every connection; all but one find it gone. */
function herd(sight: Sight): Suspicion[] {
  const listeners = sight.descriptors.filter(
    ({ kind, events, useful }) => kind === 'listener' && useful > 0 && !events?.includes('EXCLUSIVE'),
  )
  return groupBy(listeners, ({ inode, pid, fd }) => `${inode ?? `${pid} ${fd}`}`).flatMap((group) => {
    const sets = new Set(group.flatMap(({ pid, epfds }) => epfds.map((epfd) => `${pid} ${epfd}`)))
    const accepted = sum(group.map(({ useful }) => useful))
    const failed = sum(group.map((listener) => listener.failed))
    const empty = sum(group.map(({ ready }) => ready)) - accepted - failed
    const inVain = Math.max(empty, asleepAgain(sight))
    const [first] = group
    if (sets.size < 2 || inVain <= HERD * (inVain + accepted)) return []
    const share = Math.round((100 * inVain) / (inVain + accepted))
    return [
      {
        class: 'unconsumed-readiness',
        cause: 'herd',
        turns: inVain,
        cores: coresOf(inVain, sight, calls),
        evidence: 'counted',
        subject: { pid: first.pid, fd: first.fd },
        numbers: { turns: inVain / sight.seconds, sets: sets.size, accepted: accepted / sight.seconds },
        text: `thundering herd: ${describe(first)} is in ${sets.size} epoll sets without EPOLLEXCLUSIVE and wakes them in vain ${rate(inVain / sight.seconds)} (${share} % of its wake-ups)`,
      },
    ]
  })
}

/**
 * Wake-ups that no call shows: a woken epoll_wait that finds its listener empty sleeps on without returning (ep_poll of fs/eventpoll.c).
 * Where threads sleep in nothing but waits, these are the switches beyond the ends of waits. Threads that also wait for each other do so in
 * futex calls, each of which may be a sleep; and Go's monitor, which is the thread that sleeps most often, only naps.
 */
function asleepAgain({ process, threads, waits, calls: counted, seconds }: Sight): number {
  if (!process) return 0
  const futex = counted.get('futex')?.calls ?? 0
  const switches = threads.map(({ voluntary }) => voluntary)
  const slept = futex ? sum(switches) - Math.max(0, ...switches) : process.voluntary
  const ends = waits.map(({ call, ready, empty }) => (futex && call === 'nanosleep' ? 0 : ready + empty))
  return Math.max(0, slept * seconds - sum(ends) - futex)
}
