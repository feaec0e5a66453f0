import { correlateHalfOpen, type Moment } from '../diagnosis/half-open.ts'
import type { Evidence } from '../experiment/assess.ts'
import type { Facts } from '../experiment/facts.ts'
import { grown } from '../experiment/grown.ts'
import type { Check, Exhibit, Fix, Scenario, Variant } from '../experiment/scenario.ts'

/** Of these many the condition is sure: accepts in vain, connections in a state, overflows. */
const MANY = 20

/** The loops say themselves how often they came too late. */
const awakenedInVain: Check = (history) => {
  const inVain = grown(history, 'accepts_in_vain')
  return {
    holds: inVain >= MANY,
    text: `${inVain} accepts in vain beside ${grown(history, 'accepted')} accepted (${MANY} make a herd)`,
  }
}

/** The same chaos reaches a server without the bug. */
const served: Check = (history) => {
  const accepted = grown(history, 'accepted')
  return { holds: accepted >= MANY, text: `${accepted} accepted (${MANY} make a flood)` }
}

/** The kernel's own table has as many as the client says that it left there, but for those of the last moment. */
const residue =
  (state: string): Check =>
  ({ previous, now }) => {
    const kernel = now.states[state] ?? 0
    const left = Number(now.chaos?.left ?? 0)
    const underway = Math.max(MANY, (now.chaos?.targetRate ?? 0) / 4)
    return {
      holds: previous !== now && kernel >= MANY && left >= MANY && Math.abs(kernel - left) <= underway,
      text: `${kernel} connections in ${state}, the client left ${left} (${MANY} make a flood)`,
    }
  }

const overflown: Check = ({ first, now }) => {
  const overflows = (now.network.ListenOverflows ?? 0) - (first.network.ListenOverflows ?? 0)
  return { holds: overflows >= MANY, text: `ListenOverflows grew by ${overflows} (${MANY} make a flood)` }
}

/** Peers that have vanished and whose connections the server still keeps: none of the client's own sockets is left. */
const dead = ({ sockets }: Facts) => sockets.filter(({ state, peer }) => state === 'ESTAB' && peer.startsWith('127.1.'))

const kept: Check = ({ now }) => {
  const vanished = Number(now.chaos?.left ?? 0)
  const open = dead(now).length
  return {
    holds: open >= MANY && vanished >= MANY,
    text: `${vanished} peers have vanished, and ${open} connections with such peers are ESTAB (${MANY} make a leak)`,
  }
}

const reaper = (name: string, title: string): Fix => ({
  name,
  title,
  cures: ['leak'],
  scope: 'standing',
  expected: 'absent',
  effect: (history) => {
    const { first, now } = history
    const before = new Set(dead(first).map(({ peer }) => peer))
    const left = dead(now).filter(({ peer }) => before.has(peer)).length
    const reaped = grown(history, 'reaped')
    return {
      holds: before.size >= MANY && left === 0 && reaped > 0 && now.sane.reconnects === 0,
      text: `of ${before.size} dead peers ${left} are left after ${((now.at - first.at) / 1000).toFixed(1)} s, ${reaped} reaped in all, ${now.sane.reconnects} live connections broken`,
    }
  },
})

const flood = (...flags: string[]) => ({ client: 'half-open', flags: ['--from', '127.1.0.1-127.1.255.254', ...flags] })

/** What the article blames, and what costs nothing: stock net/http beside a state that the kernel keeps. */
const harmless = (name: string, title: string, chaos: Variant['chaos'], condition: Check): Variant => ({
  name,
  title,
  expected: 'absent',
  ...(chaos && { chaos }),
  condition,
  fixes: [],
})

/** ms that the backend may take */
const PATIENCE = 150
/** Inside the stage nothing else listens there. */
const BACKEND = '9443'

/** A request waits in vain for the backend, and is answered without it. */
const starved: Check = (history) => {
  const [failed, fallbacks] = [grown(history, 'pool_failed'), grown(history, 'fallbacks')]
  return { holds: fallbacks >= MANY, text: `${fallbacks} answers without the backend, after ${failed} waits for it` }
}

const breaker: Fix = {
  name: 'breaker',
  title:
    'before a connection is taken, while it is in use and when it is given back: a failing backend is not waited for',
  cures: ['harm'],
  scope: 'standing',
  expected: 'absent',
  effect: (history) => {
    const refused = grown(history, 'pool_refused')
    const last = history.now.sane.latencies.slice(-MANY).toSorted((a, b) => a - b)
    const median = last[Math.floor(last.length / 2)] ?? Number.POSITIVE_INFINITY
    return {
      holds: refused >= MANY && last.length === MANY && median < PATIENCE,
      text: `${refused} requests did not wait, ${grown(history, 'pool_broken')} connections broken at the third missed heartbeat, last answers after ${median.toFixed(0)} ms instead of ${PATIENCE} and more`,
    }
  },
}

const scenario: Scenario = {
  title:
    'half-open connections: a herd of loops wakes for each of them, and the states that they leave behind wake nobody',
  class: 'unconsumed-readiness',
  chaos: flood('--rate', '400', '--hold', '50'),
  sane: { rate: 20, over: 'http' },
  controls: ['stock'],
  exhibit: halfOpenTable,
  lesson: `Half-open connections wake nobody: in SYN_RECV there is no descriptor yet, in FIN_WAIT2 and TIME_WAIT none any more, and an overflowing
accept queue costs its clients seconds and the server nothing. What spins is a listener in several epoll sets without EPOLLEXCLUSIVE.`,
  variants: [
    {
      name: 'herd',
      title: 'eight epoll loops on one listener without EPOLLEXCLUSIVE',
      expected: 'present',
      goroutines: 'flat',
      condition: awakenedInVain,
      fixes: [
        {
          name: 'exclusive',
          title: 'EPOLLEXCLUSIVE: one of the loops that wait is woken',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
        {
          name: 'reuseport',
          title: 'SO_REUSEPORT: a listener for each loop, and the kernel chooses',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
        },
      ],
    },
    harmless('stock', 'stock net/http on the netpoller: one epoll set, one thread that waits in it', undefined, served),
    harmless(
      'syn-recv',
      'connections held in SYN_RECV (TCP_DEFER_ACCEPT)',
      flood('--rate', '100', '--hold', '64'),
      residue('SYN-RECV'),
    ),
    harmless(
      'fin-wait-2',
      'connections that the server has closed and the peer has not',
      flood('--rate', '100', '--hold', '64', '--state', 'fin-wait-2'),
      residue('FIN-WAIT-2'),
    ),
    harmless(
      'time-wait',
      'connections that the server has closed first',
      flood('--rate', '100', '--state', 'time-wait'),
      residue('TIME-WAIT'),
    ),
    harmless(
      'accept-overflow',
      'bursts that a backlog of 4 cannot hold',
      flood('--rate', '5', '--burst', '50', '--hold', '200'),
      overflown,
    ),
    {
      name: 'dead-peers',
      title: 'no keepalive: peers that vanished without FIN or RST are kept for ever',
      expected: 'absent',
      chaos: flood('--rate', '50', '--state', 'vanished'),
      condition: kept,
      fixes: [
        reaper('keepalive', 'SO_KEEPALIVE, TCP_KEEPIDLE 1 s, TCP_KEEPINTVL 1 s, TCP_KEEPCNT 2, on connections in use'),
        reaper('user-timeout', 'TCP_USER_TIMEOUT 1.5 s beside keepalive'),
        reaper('adaptive-keepalive', 'asks less often after each probe missed, and breaks at the third'),
      ],
    },
    {
      name: 'pool',
      title: 'a pool of connections to a backend whose accept queue the flood fills',
      expected: 'absent',
      settings: { 'backend-port': BACKEND, 'pool-patience': `${PATIENCE}ms` },
      chaos: flood('--to', `127.0.0.1:${BACKEND}`, '--rate', '100', '--hold', '40'),
      condition: starved,
      fixes: [breaker],
    },
  ],
}

export default scenario

/** By source address: what is half-open at the end of each phase, beside what the listener accepts. */
function halfOpenTable(phases: readonly Evidence[]): Exhibit {
  return {
    title: 'Half-open connections at the end of each phase, beside what the listener accepts',
    head: ['phase', 'accepted/s', 'SYN-RECV', 'oldest', 'retransmits', 'overflows', 'drops'],
    rows: phases.flatMap(({ phase, facts: [first, ...later] }) => {
      const now = later.at(-1)
      if (!first || !now) return []
      const { acceptedRate, sources, overflows, drops } = correlateHalfOpen(
        moment(first),
        moment(now),
        now.target.listen,
      )
      const most = (of: (source: (typeof sources)[number]) => number) => Math.max(0, ...sources.map(of))
      return [
        [
          phase.fix ? `${phase.name} ${phase.fix.name}` : phase.name,
          acceptedRate.toFixed(0),
          `${sources.reduce((sum, { halfOpen }) => sum + halfOpen, 0)} of ${sources.length} addresses`,
          `${most(({ oldest }) => oldest).toFixed(1)} s`,
          `${most(({ retransmits }) => retransmits)}`,
          `${overflows}`,
          `${drops}`,
        ],
      ]
    }),
  }
}

const moment = ({ at, sockets, network, target }: Facts): Moment => ({
  at,
  sockets,
  network,
  accepted: { [target.listen]: target.counters.accepted ?? 0 },
})
