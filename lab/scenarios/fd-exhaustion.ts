import type { Facts } from '../experiment/facts.ts'
import { grown } from '../experiment/grown.ts'
import type { Check, Fix, Scenario } from '../experiment/scenario.ts'

/** Where the holders come from; sane clients come from 127.0.0.1. */
const HOLDER = '127.0.0.2'
/** Refusals that make a table full again and again, where it is not full at each look. */
const REFUSED = 10

/** Connections that the kernel has made and nobody has accepted. */
const waiting = ({ sockets }: Facts) => sockets.find(({ state }) => state === 'LISTEN')?.recvQueue ?? 0

/** No number is free, now or a moment ago (one that frees may just be about to be taken), and connections wait all the while. */
const exhausted: Check = ({ previous, now }) => {
  const open = Math.max(previous.files.open, now.files.open)
  const { limit } = now.files
  const inQueue = Math.min(waiting(previous), waiting(now))
  return {
    holds: previous !== now && limit !== null && open >= limit && inQueue > 0,
    text: `${open} of ${limit ?? 'unlimited'} descriptors are open, ${inQueue} connections wait to be accepted`,
  }
}

/** And most of what is open is of connections whose peer has gone. */
const leaked: Check = (history) => {
  const { holds, text } = exhausted(history)
  const { files, sockets } = history.now
  const gone = new Set(sockets.filter(({ state }) => state === 'CLOSE-WAIT').map(({ inode }) => inode))
  const abandoned = files.sockets.filter(({ inode }) => gone.has(inode)).length
  return { holds: holds && abandoned > files.open / 2, text: `${text}; ${abandoned} of them are in CLOSE-WAIT` }
}

/** Of a server that asks seldom: between two looks it has not yet taken what has freed. */
const refused: Check = (history) => {
  const refusals = grown(history, 'refusals')
  const inQueue = waiting(history.now)
  return {
    holds: refusals >= REFUSED && inQueue > 0,
    text: `accept was refused ${refusals} times (${REFUSED} at least), ${inQueue} connections wait`,
  }
}

/**
 * Idle connections of the holders, as many as others of theirs wait and a few more: closing fewer would let the queue fill the table again.
 * What nobody has accepted has no inode yet (sock_i_ino of a socket without a file).
 */
function idle({ files, sockets }: Facts): number[] {
  const holders = sockets.filter(({ state, peer }) => state === 'ESTAB' && peer.startsWith(`${HOLDER}:`))
  const waiting = holders.filter(({ inode }) => inode === 0).length
  const held = new Set(holders.filter(({ recvQueue }) => recvQueue === 0).map(({ inode }) => inode))
  return files.sockets
    .filter(({ inode }) => held.has(inode))
    .map(({ fd }) => fd)
    .slice(0, waiting + 3)
}

const acceptBackoff: Fix = {
  name: 'accept-backoff',
  title: 'accept is asked again after 5 ms, then after twice as long each time, up to a second',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
}

const stopWatching: Fix = {
  name: 'stop-watching',
  title: 'leaves the listener alone until a connection closes',
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
}

const holders = (rate: number, hold: number) => ({
  client: 'hold-connections',
  flags: ['--rate', `${rate}`, '--hold', `${hold}`, '--from', HOLDER],
})

const scenario: Scenario = {
  title: 'a full descriptor table: the connection that accept cannot take keeps the listener ready',
  class: 'error-loop',
  chaos: holders(60, 70),
  sane: { rate: 12, over: 'http' },
  controls: ['net-http'],
  lesson: `accept4 looks for a free number before it takes a connection (__sys_accept4_file in net/socket.c): with EMFILE the queue stays
full, and the listener ready. Level-triggered epoll says so for ever; Go's netpoller registers edge-triggered and says it once, but
Accept returns EMFILE without waiting (FD.Accept of internal/poll/fd_unix.go waits for EAGAIN alone), so whoever retries at once spins there.
Stock net/http backs off (Server.Serve, 5 ms to 1 s) and does not spin; it serves late. Only a larger table or fewer connections cure that.`,
  variants: [
    {
      name: 'reactor',
      title: 'level-triggered epoll reactor that ignores EMFILE',
      expected: 'present',
      goroutines: 'flat',
      nofile: 64,
      condition: exhausted,
      fixes: [
        acceptBackoff,
        {
          name: 'reserve-fd',
          title: 'gives up a spare descriptor to accept the connection and close it',
          cures: ['spin'],
          scope: 'standing',
          expected: 'absent',
          effect: (history) => {
            const shed = grown(history, 'shed')
            return { holds: shed > 0, text: `${shed} connections accepted with the spare, and closed` }
          },
        },
        stopWatching,
        {
          name: 'raise-nofile',
          title: 'prlimit from outside: the soft limit of the running process is doubled',
          cures: ['spin', 'harm'],
          scope: 'one-shot',
          expected: 'absent',
          outside: () => [{ fix: 'raise-nofile', nofile: 128 }],
        },
        {
          name: 'close-fd',
          title: 'idle connections are closed from outside, by a close that the process is made to call',
          cures: ['spin'],
          scope: 'one-shot',
          expected: 'absent',
          irreversible: true,
          outside: ({ now }) => idle(now).map((fd) => ({ fix: 'close-fd', fd })),
        },
      ],
    },
    {
      name: 'accept-loop',
      title: 'netpoller, Accept asked again at once',
      expected: 'present',
      nofile: 61,
      condition: exhausted,
      fixes: [acceptBackoff, stopWatching],
    },
    {
      name: 'accept-sleep',
      title: 'netpoller, Accept asked again after 1 ms',
      expected: 'present',
      class: 'empty-wakeups',
      // The fewer connections come and go, the more of its wake-ups are in vain.
      chaos: holders(20, 74),
      nofile: 61,
      condition: exhausted,
      fixes: [stopWatching],
    },
    {
      name: 'leak',
      title: 'reactor that never closes who leaves in the middle of a request',
      expected: 'present',
      chaos: holders(30, 20),
      nofile: 64,
      condition: leaked,
      fixes: [
        {
          name: 'leak-patch',
          title: 'closes where the bug forgets, and what was forgotten',
          cures: ['spin', 'leak'],
          scope: 'standing',
          expected: 'absent',
          effect: ({ first, now }) => {
            const leaked = {
              before: first.target.gauges.leaked_open ?? 0,
              now: now.target.gauges.leaked_open ?? 0,
            }
            return {
              holds: leaked.before > 0 && leaked.now === 0,
              text: `leaked descriptors ${leaked.before} -> ${leaked.now}`,
            }
          },
        },
        {
          name: 'raise-nofile',
          title: 'prlimit from outside: time is bought, until the leak has filled the larger table',
          cures: ['spin', 'harm'],
          scope: 'one-shot',
          expected: 'absent',
          irreversible: true,
          outside: () => [{ fix: 'raise-nofile', nofile: 320 }],
        },
      ],
    },
    {
      name: 'net-http',
      title: 'stock net/http',
      expected: 'absent',
      nofile: 61,
      condition: refused,
      fixes: [],
    },
  ],
}

export default scenario
