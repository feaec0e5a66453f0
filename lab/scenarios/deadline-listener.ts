import { grown } from '../experiment/grown.ts'
import type { Check, Fix, Scenario, Variant } from '../experiment/scenario.ts'
import { traceTable } from '../experiment/trace-table.ts'

/** Connections that have asked for nothing, from which on the listener looks after them; the target's own default of `crowd`. */
const CROWD = 8
/** Deadlines from one look to the next; a sound listener sets one for each connection that comes. */
const TURNS = 5

/** The server does it to itself: it sets one deadline after the other, and few or no connections come of it. */
const arming: Check = ({ previous, now }) => {
  const set = grown({ first: previous, now }, 'set_deadline')
  const accepted = grown({ first: previous, now }, 'accepted')
  const of = previous === now ? 0 : (now.at - previous.at) / 1000
  return {
    holds: of > 0 && set > TURNS + 2 * accepted,
    text: `${set} calls of SetDeadline in ${of.toFixed(2)} s, ${accepted} connections accepted`,
  }
}

/** Silent connections are there, whatever the server makes of them. */
const crowd: Check = ({ now }) => {
  const silent = now.target.gauges.silent ?? 0
  return { holds: silent >= CROWD, text: `${silent} connections have asked for nothing (${CROWD} make a crowd)` }
}

const soundDeadline: Fix = {
  name: 'sound-deadline',
  title: 'a wrapper whose SetDeadline is due when somebody has been silent for too long, and never in the past',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
}

const gracefulRestart: Fix = {
  name: 'graceful-restart',
  title: 'SIGUSR2: a mended program inherits the listener, the old one leaves with its last connection',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
  restarts: true,
}

/** Of variants that accept while they spin; where nobody was accepted, requests are lost before the restart. */
const lossless: Check = ({ first, now }) => ({
  holds: now.sane.failed === 0 && now.target.pid !== first.target.pid,
  text: `process ${first.target.pid} gave way to ${now.target.pid}, ${now.sane.ok} sane requests answered, ${now.sane.failed} lost`,
})

const deaf = (name: string, title: string): Variant => ({
  name,
  title,
  expected: 'present',
  class: 'userland-loop',
  condition: arming,
  fixes: [soundDeadline, gracefulRestart],
})

/**
 * Engine: the netpoller. Its own timer ends the Accept, no epoll timeout (netpolldeadlineimpl, runtime/netpoll.go): the wait is cut short for the
 * next timer and returns 0. A deadline in the past ends Accept before accept4 (prepareRead, internal/poll/fd_poll_runtime.go): no call at all.
 * A reactor would pass the millisecond to epoll_wait itself and show the same class.
 */
const deadlineListener: Scenario = {
  title: 'a listener that wakes from Accept by deadlines of its own, which come too soon or have passed',
  class: 'empty-wakeups',
  chaos: { client: 'hold-connections', flags: ['--rate', '15', '--hold', '30'] },
  sane: { rate: 10, over: 'http' },
  controls: ['stock'],
  trace: true,
  exhibit: traceTable,
  lesson: `A deadline on the listener wakes the accept loop whether or not anybody comes; in the past, or refused and tried again, it burns a core and accepts nobody.
Put deadlines on connections (http.Server.ReadHeaderTimeout): each then costs one timer, and Accept sleeps until somebody comes.`,
  variants: [
    {
      name: 'one-millisecond',
      title: 'SetDeadline(now + 1 ms) before each Accept',
      expected: 'present',
      condition: arming,
      fixes: [soundDeadline, { ...gracefulRestart, effect: lossless }],
    },
    deaf('past', 'a deadline that was set once and has passed'),
    deaf('einval', 'SetDeadline fails with EINVAL and is tried again at once'),
    {
      name: 'stock',
      title: 'stock net/http with ReadHeaderTimeout',
      expected: 'absent',
      condition: crowd,
      fixes: [],
    },
  ],
}

export default deadlineListener
