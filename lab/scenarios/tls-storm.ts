import { grown } from '../experiment/grown.ts'
import type { Check, Scenario } from '../experiment/scenario.ts'
import { remember } from '../remember.ts'
import type { SocketRow } from '../windows/proc-net-tcp.ts'

/** Connections that must lie there unread before the storm counts as one. */
const STUCK = 3
/** Addresses that the flood comes from. */
const SOURCES = 4

/** Peers of connections with bytes that nobody has taken yet. */
const unread = remember(
  (sockets: readonly SocketRow[]) =>
    new Set(sockets.filter(({ state, recvQueue }) => state !== 'LISTEN' && recvQueue > 0).map(({ peer }) => peer)),
)

/** Bytes that nobody takes, a moment ago and still, while hellos wait for their rest: a leaked connection alone has unread bytes too, and is no storm. */
const stuck: Check = ({ previous, now }) => {
  const still = previous === now ? 0 : unread(now.sockets).intersection(unread(previous.sockets)).size
  const pending = now.target.gauges.pending ?? 0
  return {
    holds: still >= STUCK && pending >= STUCK,
    text: `${still} connections whose Recv-Q stays above 0, ${pending} hellos pending (${STUCK} of each make a storm)`,
  }
}

/**
 * Hellos that never become whole (the storm), that fail to parse at once (the leak), and whole ones that crypto/tls answers and ends.
 * Whole ones that then stall are left out: each would keep a goroutine of crypto/tls, and the goroutines could not show that they are flat.
 */
const KINDS = [
  'truncated-record',
  'lying-record-length',
  'oversized-record',
  'one-byte-at-a-time',
  'version-0x0000',
  'garbage',
  'plain-http',
  'sslv2-hello',
  'lying-extension-length',
  'unknown-alpn',
  'obsolete-version',
  'no-common-cipher',
  'bad-key-share',
  'hello-then-fin',
  'hello-then-rst',
]

/** The flood reaches the server: handshakes fail there, whatever the server makes of it. */
const flooded: Check = (history) => {
  const failed = grown(history, 'handshakes_failed')
  return { holds: failed >= STUCK, text: `${failed} handshakes failed (${STUCK} make a flood)` }
}

const storm: Scenario = {
  title: 'incomplete ClientHellos that a level-triggered sniffer peeks at for ever',
  class: 'unconsumed-readiness',
  chaos: {
    client: 'hello-storm',
    flags: [
      '--rate',
      '150',
      '--hold',
      '200',
      '--from',
      `127.0.0.2-127.0.0.${1 + SOURCES}`,
      '--server-name',
      'lab.test',
      '--kinds',
      KINDS.join(),
    ],
  },
  handshakes: true,
  sane: { rate: 40, over: 'tls' },
  controls: ['netpoller', 'netpoller-leak'],
  lesson: `The storm is not in TLS but in readiness: bytes that are peeked at and never consumed keep a level-triggered descriptor ready.
Go's own crypto/tls on the netpoller reads what arrives, so the same flood keeps it busy and leaves no spin.`,
  variants: [
    {
      name: 'reactor',
      title: 'level-triggered epoll reactor with a MSG_PEEK sniffer',
      expected: 'present',
      goroutines: 'flat',
      condition: stuck,
      fixes: [
        {
          name: 'consume',
          title: 'reads the bytes instead of peeking',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
        {
          name: 'rcvlowat',
          title: 'SO_RCVLOWAT: ready only when the whole record is there',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
        {
          name: 'edge-triggered',
          title: 'EPOLLET: ready once for each arrival of bytes',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
        {
          name: 'one-shot',
          title: 'EPOLLONESHOT, armed again when more bytes are there',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
        {
          name: 'prefix-reject',
          title: 'closes on what an incomplete hello shows: record type, version, length, source rate',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
          effect: (history) => {
            const rejected = grown(history, 'rejected_by_prefix')
            return { holds: rejected > 0, text: `${rejected} rejected` }
          },
          // It lets a few incomplete hellos of each source pass, and those are peeked at until the source is refused.
          holdsFrom: ({ now }) => {
            const refused = now.target.gauges.refused_sources ?? 0
            return { holds: refused >= SOURCES, text: `${refused} of ${SOURCES} sources refused` }
          },
        },
        {
          name: 'handshake-deadline',
          title: 'closes what does not complete in time',
          cures: ['leak'],
          scope: 'standing',
          expected: 'present',
          effect: (history) => {
            const closed = grown(history, 'closed_by_deadline')
            const pending = {
              before: history.first.target.gauges.pending ?? 0,
              now: history.now.target.gauges.pending ?? 0,
            }
            return {
              // Than were there at either time: nobody stays. Fewer are pending than before only where the spin had lasted.
              holds: closed > pending.before + pending.now,
              text: `${closed} closed, pending ${pending.before} -> ${pending.now}; those that keep arriving keep it spinning`,
            }
          },
        },
        {
          name: 'leak-patch',
          title: 'closes the connection when parsing fails',
          cures: ['leak'],
          scope: 'standing',
          expected: 'present',
          effect: (history) => {
            const failures = grown(history, 'parse_failures')
            const leaked = {
              before: history.first.target.gauges.leaked_open ?? 0,
              now: history.now.target.gauges.leaked_open ?? 0,
            }
            return {
              holds: failures > 0 && leaked.now < leaked.before,
              text: `leaked descriptors ${leaked.before} -> ${leaked.now} while ${failures} more hellos failed to parse`,
            }
          },
        },
        {
          name: 'early-validation',
          title: 'GetConfigForClient rejects by SNI, version, ALPN, fingerprint and source rate',
          cures: ['harm'],
          scope: 'standing',
          expected: 'present',
          effect: (history) => {
            const rejected = grown(history, 'rejected_by_validation')
            const arrived = grown(history, 'accepted')
            const seen = grown(history, 'validated')
            return {
              holds: rejected > 0 && seen < arrived,
              text: `rejected ${rejected} of the ${seen} complete hellos; it never saw the other ${arrived - seen} connections`,
            }
          },
        },
        {
          name: 'config-swap',
          title: 'swaps tls.Config atomically and reloads the listener',
          cures: ['harm'],
          scope: 'standing',
          expected: 'present',
          effect: ({ now }) => {
            const serials = now.sane.certificates
            return {
              holds: serials.length > 1 && now.sane.failed === 0 && now.sane.reconnects === 0,
              text: `${serials.length} certificates seen, ${now.sane.failed} sane requests lost, ${now.sane.reconnects} kept connections broken`,
            }
          },
        },
      ],
    },
    {
      name: 'netpoller',
      title: 'stock crypto/tls and net/http on the netpoller',
      expected: 'absent',
      condition: flooded,
      fixes: [],
    },
    {
      name: 'netpoller-leak',
      title: 'crypto/tls whose handler never closes a failed connection',
      expected: 'absent',
      finding: 'descriptor-leak',
      condition: flooded,
      fixes: [],
    },
  ],
}

export default storm
