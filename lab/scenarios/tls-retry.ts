import type { Check, Fix, History, Scenario, Traffic } from '../experiment/scenario.ts'

/** Handshakes that must be unfinished before their retries count. */
const UNFINISHED = 3
/** Retries of each of them from one look to the next. */
const AGAIN = 2

const grown = ({ previous, now }: Pick<History, 'previous' | 'now'>, counter: string) =>
  (now.target.counters[counter] ?? 0) - (previous.target.counters[counter] ?? 0)

const retrying: Check = ({ previous, now }) => {
  const retries = grown({ previous, now }, 'turns')
  const pending = now.target.gauges.pending ?? 0
  return {
    holds: pending >= UNFINISHED && retries >= AGAIN * pending,
    text: `${retries} retries in ${((now.at - previous.at) / 1000).toFixed(2)} s, ${pending} handshakes unfinished (${UNFINISHED} make a fault)`,
  }
}

const stalled: Check = ({ now }) => {
  const pending = now.target.gauges.pending ?? 0
  return { holds: pending >= UNFINISHED, text: `${pending} handshakes unfinished` }
}

const refusing: Check = ({ first, now }) => {
  const failed = grown({ previous: first, now }, 'handshakes_failed')
  return { holds: failed >= UNFINISHED, text: `${failed} handshakes failed` }
}

const storm = (rate: number, hold: number, kinds: readonly string[]): Traffic => ({
  client: 'hello-storm',
  flags: [
    ...['--rate', `${rate}`, '--hold', `${hold}`, '--from', '127.0.0.2-127.0.0.5'],
    ...['--server-name', 'lab.test', '--kinds', kinds.join()],
  ],
})

/** They stop in the middle of the ClientHello. So many at once that each source has more of them than a cap allows (2). */
const stalls = storm(24, 12, ['truncated-record', 'lying-record-length', 'lying-handshake-length'])
/** Their first bytes are no ClientHello already. */
const lies = storm(12, 40, ['garbage', 'plain-http', 'sslv2-hello', 'oversized-record'])

const deadline = (title: string): Fix => ({
  name: 'handshake-deadline',
  title,
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
})

/**
 * Engine: the netpoller. A read that finds nothing parks the goroutine until the deadline's timer fires (netpolldeadlineimpl, runtime/netpoll.go), so
 * each 200 us cost one read = EAGAIN and a wait that returns 0; crypto/tls keeps its first error (handshakeErr, crypto/tls/conn.go), so a retry above
 * it makes no call at all. In a reactor the same stall is a peek or a read by readiness: see tls-storm.
 */
const tlsRetry: Scenario = {
  title: 'handshakes that are tried again at once: under a deadline far too short, or after an error that stays',
  class: 'empty-wakeups',
  chaos: stalls,
  sane: { rate: 10, over: 'tls' },
  controls: ['stock', 'stock-bad-hello'],
  lesson: `A deadline is for giving up, not for asking again: one for the whole handshake costs one timer, and what misses it is closed.
An error of crypto/tls is final: the next Handshake returns the same one, so a retry without a new connection is a loop in user space.`,
  variants: [
    {
      name: 'short-deadline',
      title: 'reads the hello under deadlines of 200 us, again and again',
      expected: 'present',
      condition: retrying,
      fixes: [
        deadline('one deadline for the whole handshake; what misses it is closed'),
        {
          name: 'source-cap',
          title: 'a source with too many unfinished handshakes loses them, and is refused until it has been quiet',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
      ],
    },
    {
      name: 'stored-error',
      title: 'calls Handshake again after it has failed',
      expected: 'present',
      class: 'userland-loop',
      chaos: lies,
      condition: retrying,
      fixes: [
        deadline('closes the connection when its handshake has failed'),
        {
          name: 'early-reject',
          title: 'closes on the first bytes that no ClientHello begins with, before crypto/tls is asked',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
      ],
    },
    {
      name: 'stock',
      title: 'stock crypto/tls and net/http, hellos that stall',
      expected: 'absent',
      condition: stalled,
      fixes: [],
    },
    {
      name: 'stock-bad-hello',
      title: 'stock crypto/tls and net/http, hellos that are none',
      expected: 'absent',
      chaos: lies,
      condition: refusing,
      fixes: [],
    },
  ],
}

export default tlsRetry
