import type { Cause } from '../signatures/finding.ts'
import type { SeenDescriptor, Sight } from '../signatures/sight.ts'

interface Context {
  sight: Sight
  descriptor?: SeenDescriptor
}

/** Why the loop goes on, in words that need no source code. */
export const explanation = (cause: Cause, context: Context): string => EXPLANATIONS[cause](context)

const EXPLANATIONS: Readonly<Record<Cause, (context: Context) => string>> = {
  'descriptor-table-full': ({ sight }) =>
    `file table full, ${sight.process ? `${sight.process.fds} of ${sight.process.fdLimit} descriptors` : 'no descriptor is left'}; the connection stays in the accept queue, so the listener stays ready`,
  'end-of-stream-ignored': () =>
    'the peer has ended its side, and the reader takes the end of the stream for an empty message',
  'error-retried': ({ descriptor }) =>
    `${descriptor?.errno ?? 'the error'} is tried again without a pause, and will not go away by itself`,
  'connect-retried': ({ descriptor }) =>
    `the connection is tried again without a pause after ${descriptor?.errno ?? 'each failure'}`,
  'send-retried': () => 'the peer does not read, the send buffer is full, and the loop does not wait for it to drain',
  'wait-fails': () => 'the list of descriptors that is waited for holds one that is not open (any more)',
  'peeked-not-read': () =>
    'it looks at the bytes with MSG_PEEK and waits for more, but bytes that are not taken keep a level-triggered descriptor ready',
  'bytes-not-read': ({ descriptor }) =>
    `${descriptor?.recvQueue || 'some'} bytes wait to be read and nobody reads them, so a level-triggered wait returns at once`,
  'half-closed-ignored': () =>
    'the peer has ended its side (CLOSE-WAIT), which is reported until the descriptor is closed or taken out of the set',
  'hang-up-ignored': () =>
    'the other end is gone (EPOLLHUP or EPOLLERR, which cannot be masked), which is reported until the descriptor is closed or taken out of the set',
  'writable-registered': () =>
    'it is waited for as writable (EPOLLOUT, POLLOUT) although there is nothing to send, and a writable socket is always ready',
  'bell-not-read': ({ descriptor }) =>
    descriptor?.kind === 'file'
      ? 'a file is always ready (poll(2)); its number may once have been that of a connection'
      : `the ${descriptor?.kind ?? 'descriptor'} was rung and is never read, so it stays ready`,
  'closed-but-registered': () =>
    'the descriptor was closed while its file is still open elsewhere, so it is reported for ever and no call can reach it',
  herd: () => 'each connection wakes every loop that waits for the listener, and only one of them gets it',
  'zero-timeout': () => 'the timeout of the wait is 0 (or is rounded down to 0), so it never blocks',
  'short-timeout': () => 'it wakes by its own clock far more often than there is anything to do',
  'paced-retry': ({ descriptor }) =>
    `${descriptor?.errno ?? 'a call that cannot succeed'} is tried again by a clock that is much faster than what it waits for`,
  'timer-storm': () => 'timers are set that nobody stops; each fires, does nothing of use, and is set again',
  'self-waking': () => 'the loop is woken through its own descriptor for work that comes to nothing',
  'read-retried': () => 'a non-blocking call is made again and again without a wait between',
  yielding: () => 'a thread waits for something by asking whether it has happened, instead of sleeping until it does',
  asking: () =>
    'it asks again and again for what cannot have changed (a deadline that has passed, a closed channel, a failed handshake)',
  'handler-stuck': () => 'the code that serves a connection goes round without taking or giving a byte',
  starving: () => 'the thread that should wait for them burns CPU instead, so nobody is served',
  'empty-messages': () => 'the writes succeed but their content cannot be what anybody asked for',
}
