import type { Evidence } from '../experiment/assess.ts'
import type { Facts } from '../experiment/facts.ts'
import { grown } from '../experiment/grown.ts'
import { phaseTitle } from '../experiment/phases.ts'
import type { Check, Exhibit, Fix, Scenario } from '../experiment/scenario.ts'
import type { Window } from '../windows/window.ts'

/** What happens so often has not happened by chance. */
const MANY = 20
/** With so many dead edges on its hands, a gateway polls them more often than all its live ones; fewer may be about to be noticed. */
const DEAD = 100

/** Connections of edges that may die, as the kernel has them; the steady ones come from other addresses. */
const established = ({ sockets }: Facts) =>
  sockets.filter(({ state, peer }) => state === 'ESTAB' && peer.startsWith('127.1.')).length

/** The gateway counts them itself; the kernel has no connection for any of those timers. */
const polledAfterDeath: Check = (history) => {
  const { now } = history
  const polls = grown(history, 'polls_of_dead')
  const timers = now.target.gauges.timers ?? 0
  const connections = now.sockets.filter(({ state }) => state === 'ESTAB').length
  return {
    holds: polls >= MANY && timers - connections >= DEAD,
    text: `${polls} polls of dead edges, ${timers} timers beside ${connections} connections in the kernel (${DEAD} more make a jitter)`,
  }
}

/** The kernel believes in more edges than there are: nobody has told it. */
const polledAfterVanishing: Check = (history) => {
  const { now } = history
  const alive = now.chaos?.held ?? 0
  const vanished = Number(now.chaos?.vanished ?? 0)
  const connections = established(now)
  return {
    holds: grown(history, 'polls') >= MANY && vanished >= MANY && connections - alive >= DEAD,
    text: `${vanished} edges have vanished and ${alive} are there, ${connections} are ESTAB and polled (${DEAD} more make a jitter)`,
  }
}

/** The same chaos reaches a gateway without the bug. */
const connecting: Check = (history) => {
  const accepted = grown(history, 'accepted')
  return { holds: accepted >= MANY, text: `${accepted} edges connected (${MANY} make a jitter)` }
}

/** Few edges at a time: those that live are polled, too, and a gateway that polls many wakes as often as one with dead timers. A storm needs some. */
const FEW = 4
const CROWD = 10

const jitter = (edges: number, ends: string, rate: number, ...more: string[]) => ({
  client: 'edges',
  flags: [
    ...['--edges', `${edges}`, '--rate', `${rate}`, '--jitter', '0.5', '--deaths', '1', '--ends', ends],
    ...['--from', '127.1.0.1-127.1.255.254', ...more],
  ],
})

const stopOnClose: Fix = {
  name: 'stop-on-close',
  title: 'stops the timer of an edge whose connection has ended',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
}

const wheel: Fix = {
  name: 'wheel',
  title: 'one timer polls all edges, however many have been left behind',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
}

const reap: Fix = {
  name: 'reap',
  title: 'ping: whoever does not answer in time is closed, and its timer stopped',
  cures: ['spin', 'leak'],
  scope: 'standing',
  expected: 'absent',
  effect: (history) => {
    const { first, now } = history
    const reaped = grown(history, 'reaped')
    const [before, after] = [first.target.gauges.timers ?? 0, now.target.gauges.timers ?? 0]
    return { holds: reaped > 0 && after < before, text: `${reaped} reaped, timers ${before} -> ${after}` }
  },
}

const scenario: Scenario = {
  title: 'edges come and go, and their poll timers stay',
  class: 'empty-wakeups',
  chaos: jitter(FEW, 'rst', 80),
  company: { client: 'edges', flags: ['--edges', '2', '--rate', '6', '--from', '127.2.0.1-127.2.0.254'] },
  sane: { rate: 10, over: 'http' },
  controls: ['sound', 'stock'],
  exhibit: steadyAgainstJitter,
  lesson: `A timer that nobody stops outlives its connection, and shows in no goroutine: it needs none until it fires. Each wakes the scheduler out of
epoll_wait for nothing. A connection that flaps costs Go's netpoller nothing of the kind: stock and sound gateways stay quiet under the same jitter.`,
  variants: [
    {
      name: 'timers',
      title: 'a WebSocket gateway whose poll timers outlive their edges',
      expected: 'present',
      goroutines: 'flat',
      condition: polledAfterDeath,
      fixes: [stopOnClose, wheel, reap],
    },
    {
      name: 'vanished',
      title: 'the same, and edges vanish without FIN or RST: no close ever comes that could stop a timer',
      expected: 'present',
      chaos: jitter(FEW, 'vanish', 80),
      condition: polledAfterVanishing,
      fixes: [wheel, reap],
    },
    {
      name: 'reads-dead',
      title: 'the poll also reads what a dead edge has left, and takes the end of the stream for a passing trouble',
      class: 'error-loop',
      expected: 'present',
      condition: (history) => {
        const polls = grown(history, 'polls_of_dead')
        const dead = history.now.target.gauges.dead ?? 0
        return { holds: polls >= MANY && dead > 0, text: `${polls} reads of the sockets of ${dead} dead edges` }
      },
      // Measured: reap is no cure here, as each edge spins from its death to its next ping.
      fixes: [stopOnClose],
    },
    {
      name: 'storm',
      title: 'all edges come back at once, again and again, without backoff',
      expected: 'present',
      goroutines: 'flat',
      chaos: jitter(CROWD, 'rst', 60, '--storm', '20'),
      condition: polledAfterDeath,
      fixes: [stopOnClose],
    },
    {
      name: 'storm-backoff',
      title: 'all edges come back, each after a backoff of its own: the timers stay all the same',
      expected: 'present',
      goroutines: 'flat',
      chaos: jitter(CROWD, 'rst', 60, '--storm', '20', '--backoff', '400'),
      condition: polledAfterDeath,
      fixes: [stopOnClose],
    },
    {
      name: 'sound',
      title: 'the same gateway, whose timers end with their edges',
      expected: 'absent',
      condition: connecting,
      fixes: [],
    },
    {
      name: 'stock',
      title: 'the WebSocket library as its documentation shows it, without timers',
      expected: 'absent',
      condition: connecting,
      fixes: [],
    },
  ],
}

export default scenario

/**
 * The table of steady against jittering edges. The time in the wait is a bound: at most one thread of a Go program waits there at a time
 * (sched.lastpoll in findRunnable of runtime/proc.go), so the mean is no longer than the distance of two returns.
 */
function steadyAgainstJitter(phases: readonly Evidence[]): Exhibit {
  return {
    title: 'Steady edges (baseline) against jitter, by what the waits return',
    head: ['phase', 'mean epoll wait at most', 'ready per wake-up', 'CPU of a core', 'timers', 'polls of dead edges/s'],
    rows: phases.map(({ phase, windows, facts: [first, ...later] }) => {
      const now = later.at(-1)
      const { returns, ready, seconds, cpu } = waiting(windows)
      const dead = first && now ? grown({ first, now }, 'polls_of_dead') : 0
      const span = first && now ? (now.at - first.at) / 1000 : 0
      return [
        phaseTitle(phase),
        returns ? `${((1000 * seconds) / returns).toFixed(2)} ms` : 'no wait returned',
        returns ? (ready / returns).toFixed(2) : '-',
        `${(100 * cpu).toFixed(1)} %`,
        `${now?.target.gauges.timers ?? '-'}`,
        span ? (dead / span).toFixed(0) : '-',
      ]
    }),
  }
}

/** Over the windows in which calls were counted. */
function waiting(windows: readonly Window[]) {
  const counted = windows.filter(({ waits }) => waits)
  const total = (of: (window: Window) => number) => counted.reduce((sum, window) => sum + of(window), 0)
  const seconds = total((window) => window.seconds)
  return {
    seconds,
    returns: total(({ waits = [] }) =>
      waits.reduce(
        (sum, { call, ready, empty, failed }) => sum + (call.startsWith('epoll') ? ready + empty + failed : 0),
        0,
      ),
    ),
    ready: total(({ descriptors = [], others }) =>
      descriptors.reduce((sum, { ready }) => sum + ready, others?.ready ?? 0),
    ),
    cpu: seconds ? total((window) => (window.process?.cpu ?? 0) * window.seconds) / seconds : 0,
  }
}
