import type { Facts } from '../experiment/facts.ts'
import { grown } from '../experiment/grown.ts'
import type { Check, Fix, History, Scenario } from '../experiment/scenario.ts'
import { traceTable } from '../experiment/trace-table.ts'

/** Connections that stay as they are before they count as neglected. */
const STUCK = 3
/** Half-closed connections that a server must have met before it can be said to bear them. */
const MET = 10

/** Sockets whose peer has sent its FIN and which this side has not closed (tcp(7), CLOSE_WAIT). */
const closeWait = ({ sockets }: Facts) =>
  sockets.filter(({ state }) => state === 'CLOSE-WAIT').map(({ inode }) => inode)

/** Sockets that are finished on both sides, and open: they are in no table of the kernel's (tcp_set_state to TCP_CLOSE unhashes them). */
function finished({ sockets, files }: Facts): number[] {
  const known = new Set(sockets.map(({ inode }) => inode))
  return files.sockets.map(({ inode }) => inode).filter((inode) => !known.has(inode))
}

/** The same ones a moment ago and still. */
function lasting(which: (facts: Facts) => number[], { previous, now }: Pick<History, 'previous' | 'now'>): number[] {
  const before = new Set(which(previous))
  return previous === now ? [] : which(now).filter((inode) => before.has(inode))
}

const neglected =
  (which: (facts: Facts) => number[], what: string, least = STUCK): Check =>
  (history) => {
    const still = lasting(which, history).length
    return { holds: still >= least, text: `${still} ${what} (${least} at least)` }
  }

const halfClosed = neglected(closeWait, 'connections stay in CLOSE-WAIT')
const hungUp = neglected(
  finished,
  'sockets stay open that both sides have shut down, and that no table of the kernel shows',
)

const met: Check = (history) => {
  const asked = grown(history, 'subscriptions')
  return { holds: asked >= MET, text: `${asked} half-closed connections were served (${MET} at least)` }
}

/** Of a fix that ends the leak as well. */
const closes: Check = ({ first, now }) => {
  const before = closeWait(first).length
  const left = closeWait(now).length
  return { holds: left < before && left < STUCK, text: `connections in CLOSE-WAIT ${before} -> ${left}` }
}

const readEof: Fix = {
  name: 'read-eof',
  title: 'reads on while the answer is due, and closes at the end of the stream',
  cures: ['spin', 'leak'],
  scope: 'standing',
  expected: 'absent',
  effect: closes,
}

const unregister: Fix = {
  name: 'unregister',
  title: 'the server takes the finished connection out of its epoll set',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
  effect: ({ first, now }) => ({
    holds: now.files.open >= first.files.open,
    text: `what it hides: open descriptors ${first.files.open} -> ${now.files.open}, and none of them is closed`,
  }),
}

// shutdown(2) from outside is no fix here. Measured on reactor and read-loop: the socket goes from CLOSE-WAIT to CLOSE, EPOLLHUP joins what is
// reported, read still returns 0, and a server that ignores the end of the peer's stream ignores this one too. It heals those that close on EPOLLHUP.
const epollDel = (which: (facts: Facts) => number[]): Fix => ({
  name: 'epoll-del',
  title: 'EPOLL_CTL_DEL from outside, through pidfd_getfd: the process is never stopped',
  cures: ['spin'],
  scope: 'one-shot',
  expected: 'absent',
  irreversible: true,
  outside: (seen) => {
    const inodes = lasting(which, seen)
    return seen.now.files.sockets
      .filter(({ inode }) => inodes.includes(inode))
      .map(({ fd }) => ({ fix: 'epoll-del', fd }))
  },
  // Of those that were there before: others come and go.
  effect: ({ first, now }) => {
    const left = lasting(which, { previous: first, now }).length
    return { holds: left >= STUCK, text: `${left} connections are hidden from the server, and still open` }
  },
})

const scenario: Scenario = {
  title: 'half-closed connections: the end of the stream stays ready, and nobody takes it',
  class: 'unconsumed-readiness',
  chaos: { client: 'half-close', flags: ['--rate', '20', '--hold', '8'] },
  sane: { rate: 20, over: 'http' },
  controls: ['net-http'],
  trace: true,
  exhibit: traceTable,
  lesson: `A FIN is readiness that lasts: EPOLLIN and EPOLLRDHUP stay until the end is read or the socket closed, and once both sides are shut down
EPOLLHUP joins them, whatever was asked for (tcp_poll in net/ipv4/tcp.c). A level-triggered loop that does neither is woken for ever.
Go's netpoller asks for edges (netpollopen in runtime/netpoll_epoll.go) and so cannot spin on readiness; but there Read returns 0 and io.EOF
at once, each time (FD.Read of internal/poll/fd_unix.go), so a loop that takes io.EOF for nothing spins on the call itself.
Stock net/http reads while a handler runs, takes the FIN for the end of the client, cancels the request and closes.`,
  variants: [
    {
      name: 'reactor',
      title: 'level-triggered reactor that has nothing to read until its answer is out',
      expected: 'present',
      goroutines: 'flat',
      condition: halfClosed,
      fixes: [
        readEof,
        {
          name: 'rdhup',
          title: 'closes on EPOLLRDHUP, without a read',
          cures: ['spin', 'leak'],
          scope: 'standing',
          expected: 'absent',
          effect: closes,
        },
        unregister,
        {
          name: 'edge-triggered',
          title: 'EPOLLET: the end of the stream is reported once',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
          effect: ({ now }) => {
            const left = closeWait(now).length
            return {
              holds: left >= STUCK,
              text: `what it hides: ${left} connections stay in CLOSE-WAIT, and nobody closes them`,
            }
          },
        },
        epollDel(closeWait),
      ],
    },
    {
      name: 'hang-up',
      title: 'reactor that shuts down its own side too, and watches for nothing: EPOLLHUP cannot be masked',
      expected: 'present',
      // What the client resets is gone already, so that each arrival is one more that stays.
      chaos: { client: 'half-close', flags: ['--rate', '12', '--hold', '8'] },
      condition: hungUp,
      fixes: [
        {
          name: 'close-on-hup',
          title: 'closes on EPOLLHUP',
          cures: ['spin', 'leak'],
          scope: 'standing',
          expected: 'absent',
          effect: ({ first, now }) => {
            const before = finished(first).length
            const left = finished(now).length
            return { holds: left < before && left < STUCK, text: `finished sockets that are open ${before} -> ${left}` }
          },
        },
        epollDel(finished),
        unregister,
      ],
    },
    {
      name: 'read-loop',
      title: 'netpoller, a read loop that ignores io.EOF',
      expected: 'present',
      class: 'error-loop',
      // Each arrival is one more loop: after a FIN, not even a reset is an error to whoever reads (SOCK_DONE in tcp_recvmsg_locked, net/ipv4/tcp.c).
      chaos: { client: 'half-close', flags: ['--rate', '6', '--hold', '2'] },
      condition: neglected(closeWait, 'connections stay in CLOSE-WAIT', 1),
      fixes: [readEof],
    },
    {
      name: 'net-http',
      title: 'stock net/http',
      expected: 'absent',
      condition: met,
      fixes: [],
    },
  ],
}

export default scenario
