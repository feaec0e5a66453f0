import type { SocketRow } from '../windows/proc-net-tcp.ts'

/** What is known of one moment; counters only grow. */
export interface Moment {
  /** milliseconds since the epoch */
  at: number
  sockets: readonly SocketRow[]
  /** TcpExt counters of the network namespace */
  network: Readonly<Record<string, number>>
  /** connections accepted, by listen address (`IP:PORT`), as the server publishes them by expvar */
  accepted: Readonly<Record<string, number>>
}

/** Half-open connections of one source address. */
export interface HalfOpenSource {
  source: string
  halfOpen: number
  /** seconds since the SYN of the oldest */
  oldest: number
  /** SYN-ACKs in a row that the most stubborn has not answered */
  retransmits: number
}

export interface HalfOpenReport {
  listen: string
  /** a second */
  acceptedRate: number
  /** the worst first */
  sources: HalfOpenSource[]
  /** connections that found the accept queue full, of the whole namespace */
  overflows: number
  /** SYNs and final ACKs dropped by a listener, for that or another reason, of the whole namespace */
  drops: number
  text: string
}

/**
 * Pure: what half-open connections (SYN-RECV) mean for one listener. Such an entry has an age and a count of retransmits, both by its
 * timer, and no round-trip time: nothing has come back yet.
 */
export function correlateHalfOpen(before: Moment, now: Moment, listen: string): HalfOpenReport {
  const grown = (counter: string) => (now.network[counter] ?? 0) - (before.network[counter] ?? 0)
  const seconds = (now.at - before.at) / 1000
  const accepted = (now.accepted[listen] ?? 0) - (before.accepted[listen] ?? 0)
  const acceptedRate = seconds > 0 ? accepted / seconds : 0
  const sources = bySource(now.sockets.filter(({ state, local }) => state === 'SYN-RECV' && local === listen))
  const overflows = grown('ListenOverflows')
  const drops = grown('ListenDrops')
  return {
    listen,
    acceptedRate,
    sources,
    overflows,
    drops,
    text: explain(sources, acceptedRate, overflows, drops),
  }
}

function bySource(entries: readonly SocketRow[]): HalfOpenSource[] {
  const groups = Map.groupBy(entries, ({ peer }) => peer.slice(0, peer.lastIndexOf(':')))
  return [...groups]
    .map(([source, group]) => ({
      source,
      halfOpen: group.length,
      oldest: Math.max(...group.map(age)),
      retransmits: Math.max(...group.map(({ timer }) => timer?.retransmits ?? 0)),
    }))
    .toSorted((a, b) => b.halfOpen - a.halfOpen || b.oldest - a.oldest)
}

/**
 * The SYN-ACK is sent again after 1, 2, 4, … seconds (TCP_TIMEOUT_INIT of include/net/tcp.h, doubled by reqsk_timer_handler of
 * net/ipv4/inet_connection_sock.c): after n times, 2^(n+1) - 1 s will have passed when the timer fires next.
 */
function age({ timer }: SocketRow): number {
  return timer ? Math.max(0, 2 ** (timer.retransmits + 1) - 1 - timer.expires) : 0
}

function explain(sources: readonly HalfOpenSource[], acceptedRate: number, overflows: number, drops: number): string {
  const total = sources.reduce((sum, { halfOpen }) => sum + halfOpen, 0)
  const waiting = `${total} connections from ${sources.length} addresses are half-open, and ${acceptedRate.toFixed(0)} are accepted a second`
  if (overflows > 0)
    return `${waiting}: the accept queue overflowed ${overflows} times, so the server accepts too slowly`
  if (drops > 0) return `${waiting}: the listener dropped ${drops} without its queue being full`
  return `${waiting}: the accept queue never overflowed, so what is half-open keeps nobody out`
}
