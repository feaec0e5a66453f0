import type { SpinClass } from './finding.ts'
import { isProgressive, type SeenDescriptor, type Sight, sum } from './sight.ts'

/**
 * A descriptor is futile while useful calls on it are at most this share of its futile turns.
 * Measured: at most 0.6 % in spins, about 100 % on the least useful descriptors of healthy servers.
 */
export const USEFUL_SHARE = 0.05

/**
 * Fewer futile turns a second than this on one descriptor are a poll that a person could have meant (one in 50 ms), not a storm.
 * Measured: 2000 idle connections with a read deadline of 1 s have 1 each; the slowest loop found, a poll each 1 ms, has 900.
 */
const STORM = 20

/** A loop is paced when at least one wait in so many turns ran out of time; tight ones measured have none in 1000. */
const PACED = 0.1

/** What the turns of a loop on one descriptor come to. */
export interface Futility {
  class: SpinClass
  descriptor: SeenDescriptor
  turns: number
  /** what each turn ends in, e.g. `EMFILE`, `read = 0`; groups descriptors of one loop */
  end: string
}

/** Waits and sleeps that ran out of time although they were allowed to block. */
export function timedOut(sight: Sight): number {
  return sum(waitsThatMatter(sight).map((wait) => (wait.timeout === '0' ? 0 : wait.empty)))
}

/**
 * Go's monitor thread sleeps 20 us to 10 ms with the bare nanosleep call (runtime/proc.go, sysmon), in healthy servers more than
 * 10k times a second; goroutines never sleep so. Sleeping in libc is clock_nanosleep (glibc 2.31 and newer), so bare nanosleep beside
 * futex calls is that thread.
 */
function waitsThatMatter({ waits, calls }: Sight) {
  return calls.has('futex') ? waits.filter((wait) => wait.call !== 'nanosleep') : waits
}
export const meaningfulWaits = waitsThatMatter

/** Names the loop on one descriptor, if there is one. The order of the rules is the precedence of the classes. */
export function futilityOf(descriptor: SeenDescriptor, sight: Sight): Futility | undefined {
  const { useful, ready, unconsumed, again, peeked, sendAgain, failed } = descriptor
  // A connection that ends has one end of stream too, and then it is closed.
  const closed = sight.calls.get('close')?.zero ?? 0
  const eof = descriptor.eof > closed ? descriptor.eof - closed : 0
  const errors = eof + failed + sendAgain
  const turns = Math.max(errors, unconsumed, again, peeked)
  if (turns < STORM * sight.seconds || useful > USEFUL_SHARE * turns) return undefined

  const blocked = timedOut(sight) >= PACED * turns
  const half = turns / 2
  if (errors >= half) {
    const end =
      failed >= errors / 2 ? (descriptor.errno ?? 'an error') : eof >= errors / 2 ? 'read = 0' : 'EAGAIN on a send'
    return { class: blocked ? 'empty-wakeups' : 'error-loop', descriptor, turns: errors, end }
  }
  if (unconsumed >= half || (peeked >= half && ready > 0)) {
    const end = peeked >= half ? 'MSG_PEEK' : again >= half ? 'EAGAIN' : 'no call'
    return { class: 'unconsumed-readiness', descriptor, turns: Math.max(unconsumed, peeked), end }
  }
  if (again >= half)
    return { class: blocked ? 'empty-wakeups' : 'userland-loop', descriptor, turns: again, end: 'EAGAIN' }
  return { class: 'userland-loop', descriptor, turns: peeked, end: 'MSG_PEEK' }
}

/**
 * Share of the process's CPU that turns of this number deserve, when a turn costs what a useful call costs. Turns are the cheaper ones,
 * so this errs towards the spin, by less than the factor of ten between a tight turn and a served request.
 */
export function coresOf(turns: number, sight: Sight): number | undefined {
  if (sight.cores === undefined) return undefined
  return (sight.cores * turns) / Math.max(turns + sight.progress, 1)
}

export const canLoop = (descriptor: SeenDescriptor) =>
  isProgressive(descriptor) || descriptor.ready > 0 || descriptor.failed > 0
