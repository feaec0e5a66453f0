import type { SpinClass } from './finding.ts'
import { ringsInPassing, rungInPassing } from './go-poller.ts'
import { isGo } from './roots.ts'
import { givenToRings, isFetched, type SeenDescriptor, type Sight } from './sight.ts'
import { sum } from './sums.ts'

/**
 * A descriptor is futile while the useful calls on it are at most this share of its futile turns.
 * Measured: at most 0.6 % in spins (7 % where strace slows them), 50 % and more on the least useful descriptors of healthy servers.
 */
const USEFUL_SHARE = 0.2

/**
 * Fewer futile turns a second than this on one descriptor are a poll that somebody may have meant (one in 50 ms), not a storm.
 * Measured: idle connections with a read deadline of 1 s have 1 each; the slowest loop found, a poll each 1 ms, has 900.
 */
export const STORM = 20

/** The same where each turn waits by the clock before it sends: games and feeds tick 10 to 250 times a second. */
const TICK = 300

/** Once is no loop, however short the look: a connection that is accepted and silent has one EAGAIN, and then it is waited for. */
export const AGAIN = 2

/** Turns of a loop are paced when there is at least one wait that ran out of time for so many. Measured: 1 in 1 to 1 in 8, in tight loops none in 1000. */
const PACED = 0.1

/** Times that a descriptor may be asked in vain for each wait that was worth it. Measured: 6 in socat, which asks for messages of its own; 50 and more with a loop beside a busy server. */
const IN_PASSING = 12

const WAITS = ['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'select', 'pselect6']

/** What comes by these is taken from a ring in memory, and no call shows it: packet(7), PACKET_RX_RING. */
const RINGS: ReadonlySet<string> = new Set(['PACKET', 'XDP'])

/** So is what io_uring has done, by a process that gives it work, or whose ring the kernel looks into itself. */
function isTakenInMemory({ kind, state = '' }: SeenDescriptor, reports: number, { calls, threads }: Sight): boolean {
  if (kind !== 'other') return RINGS.has(state)
  return givenToRings(calls) > USEFUL_SHARE * reports || isFetched(threads)
}

/** With these a connection ends. */
const ENDINGS: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ENOTCONN', 'ECONNABORTED'])

/** What the turns of a loop on one descriptor come to. */
export interface Futility {
  class: SpinClass
  descriptor: SeenDescriptor
  turns: number
  /** what each turn ends in, e.g. `EMFILE`, `read = 0` */
  end: string
}

/** Names the loop on one descriptor, if there is one. The order of the rules is the precedence of the classes. */
export function futilityOf(descriptor: SeenDescriptor, sight: Sight): Futility | undefined {
  const { ready, again, peeked, sendAgain } = descriptor
  const useful = isRefused(descriptor, sight) ? 0 : descriptor.useful
  // A connection that ends has one end of stream, or one error, and then it is closed.
  const closed = sight.calls.get('close')?.zero ?? 0
  const eof = Math.max(0, descriptor.eof - closed)
  const failed = ENDINGS.has(descriptor.errno ?? '') ? Math.max(0, descriptor.failed - closed) : descriptor.failed
  // A report of a registration that was gone before it could be found was answered by that.
  const left = descriptor.fd < 0 ? Math.max(0, descriptor.unconsumed - closed) : descriptor.unconsumed
  const unconsumed = isTakenInMemory(descriptor, left, sight) || ringsInPassing(descriptor, sight) ? 0 : left
  const errors = eof + failed + sendAgain
  const turns = Math.max(errors, unconsumed, again, peeked)
  const connects = sight.calls.get('connect')?.calls ?? 0
  if (descriptor.hollow && connects > Math.max(turns, STORM * sight.seconds) / 2)
    return { class: 'error-loop', descriptor, turns: connects, end: 'connect' }
  if (turns < Math.max(AGAIN, STORM * sight.seconds) || useful > USEFUL_SHARE * turns) return undefined

  const paced = timedOut(sight) >= PACED * turns
  const most = turns / 2
  // Edge-triggered, it is reported for what is new and not for what is left, unless it is armed again each time.
  const edges = descriptor.events?.includes('ET') && (sight.calls.get('epoll_ctl')?.calls ?? 0) < most
  // Whoever tells all by the clock, and leaves out who is behind, is turned away by each of these once a tick.
  if (paced && sendAgain >= most && turns < TICK * sight.seconds) return undefined
  if (errors >= most) {
    const end =
      failed >= errors / 2 ? (descriptor.errno ?? 'an error') : eof >= errors / 2 ? 'read = 0' : 'send = EAGAIN'
    return { class: paced ? 'empty-wakeups' : 'error-loop', descriptor, turns: errors, end }
  }
  if ((unconsumed >= most && !edges) || (peeked >= most && ready > 0)) {
    const end = peeked >= most ? 'MSG_PEEK' : again >= most ? 'EAGAIN' : ''
    return { class: 'unconsumed-readiness', descriptor, turns: Math.max(unconsumed, peeked), end }
  }
  if (Math.max(again, peeked) < most) return undefined
  const end = again >= most ? 'EAGAIN' : 'MSG_PEEK'
  if (paced || (again >= most && hasDeadline(descriptor, sight)))
    return { class: 'empty-wakeups', descriptor, turns: Math.max(again, peeked), end }
  if (isInPassing(descriptor, sight)) return undefined
  return { class: 'userland-loop', descriptor, turns: Math.max(again, peeked), end }
}

/** Asked on the way, in turns that begin with a wait for others and serve them. */
function isInPassing({ ready }: SeenDescriptor, { waits, progress, seconds, descriptors }: Sight): boolean {
  const worth = Math.min(sum(waits.map((wait) => wait.ready)), progress)
  const asked = sum(descriptors.map((other) => (other.ready === 0 ? other.again : 0)))
  return ready === 0 && worth > STORM * seconds && asked <= IN_PASSING * worth
}

/** Datagrams are always taken; the next call tells that nobody was there (udp(7)). Who serves and sends one for each request, as metrics are, does not wait for an answer. */
const isRefused = ({ errno, bytesIn, useful, failed }: SeenDescriptor, { progress }: Sight) =>
  errno === 'ECONNREFUSED' && bytesIn === 0 && failed >= useful / 2 && progress - useful < USEFUL_SHARE * failed

/** The EAGAIN of a read is the end of a time: with SO_RCVTIMEO it has slept before, and Go's poller asks once and sleeps. */
function hasDeadline({ again, events }: SeenDescriptor, { process, seconds, roots }: Sight): boolean {
  return (process?.voluntary ?? 0) * seconds >= again / 2 || (isGo(roots) && (events?.includes('ET') ?? false))
}

/** Ends of waits and sleeps that had to wait, and ran out of time. */
function timedOut(sight: Sight): number {
  return sum(emptyEnds(sight).map(({ timeout, empty }) => (timeout === '0' ? 0 : empty)))
}

/** Waits and sleeps that ended with nothing, by their timeout, without those of the runtime's own watchman. */
export function emptyEnds(sight: Sight): { timeout: string; empty: number }[] {
  const { waits, calls } = sight
  // Go's monitor thread sleeps 20 us to 10 ms with the bare nanosleep call (runtime/proc.go, sysmon), in healthy servers 12k times a second;
  // sleeping by libc is clock_nanosleep (glibc 2.31 and newer). So bare nanosleep beside futex calls is that thread.
  const counted = calls.has('futex') ? waits.filter(({ call }) => call !== 'nanosleep') : waits
  // A wait that a signal ends has brought nothing either.
  const interrupted = sum(WAITS.map((call) => calls.get(call)?.errors.EINTR ?? 0))
  // Waiting for a condition or a lock with a timeout is a futex call; that is how Java's threads sleep.
  const futex = calls.get('futex')?.errors.ETIMEDOUT ?? 0
  return [...counted, { timeout: '0', empty: rungInPassing(sight) }, { timeout: 'unknown', empty: futex + interrupted }]
}
