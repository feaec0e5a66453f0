import type { Cause, Finding } from '../signatures/finding.ts'
import type { Sight } from '../signatures/sight.ts'
import type { Context, Fix, MakeFix } from './fix.ts'
import { closeIt, descriptorsOf, epollDelete, raiseLimit, shutDown } from './hands.ts'
import type { Scene } from './scene.ts'

/** For everything that was found with a cause, the costliest first; a fix that helps twice is named once. */
export function fixesFor(findings: readonly Finding[], sight: Sight, scene: Scene): Fix[] {
  const fixes = findings.flatMap((finding) => {
    const context = { pid: scene.pid, sight, scene, descriptors: descriptorsOf(finding, sight) }
    return helping(finding).flatMap((fix) => fix(context) ?? [])
  })
  const named = [...new Map(fixes.map((fix) => [fix.name, fix])).values()]
  return named.toSorted((a, b) => Number(a.priority === 'later') - Number(b.priority === 'later'))
}

function helping({ name, cause, spin }: Finding): readonly MakeFix[] {
  if (cause && spin) return FIXES[cause]
  if (name === 'descriptor-leak') return [raiseLimit, closeUnused]
  // One long computation, or a loop without an end: whoever looks twice can tell, and nothing is to be mended before.
  return cause && UNTOLD.has(cause) ? [whoSets, threadDump] : []
}

const UNTOLD: ReadonlySet<Cause> = new Set(['handler-stuck', 'starving'])

const closeUnused: MakeFix = ({ pid }) => ({
  name: 'find-leaked',
  priority: 'now',
  command: `ls -l /proc/${pid}/fd | awk '{print $NF}' | sed 's/[0-9]*//g' | sort | uniq -c | sort -rn | head`,
  cost: 'none: it only reads',
  undo: 'nothing to undo',
})

const restart: MakeFix = () => ({
  name: 'restart',
  priority: 'now',
  command: null,
  cost: 'ends all its connections, and the spin comes back with its trigger',
  undo: 'none',
})

const change =
  (name: string, cost = 'a change of the program'): MakeFix =>
  () => ({ name, priority: 'later', command: null, cost, undo: 'revert the change' })

const whoSets: MakeFix = ({ pid }) => ({
  name: 'see-callers',
  priority: 'now',
  command: `perf record -g -F 99 -p ${pid} -- sleep 2 && perf report --stdio --no-children | head -60`,
  cost: 'about 1 % while it samples',
  undo: 'nothing to undo',
})

/** perf has no names for what the JVM compiles. */
const threadDump: MakeFix = ({ pid, scene }) =>
  scene.name === 'java'
    ? {
        name: 'thread-dump',
        priority: 'now',
        command: `jcmd ${pid} Thread.print | grep -A 20 runnable`,
        cost: 'stops all its threads for some milliseconds',
        undo: 'nothing to undo',
      }
    : undefined

const FIXES: Readonly<Record<Cause, readonly MakeFix[]>> = {
  'descriptor-table-full': [
    raiseLimit,
    closeUnused,
    change('back off after EMFILE (5 ms to 1 s), or keep a spare descriptor to accept and close with'),
    change('find and close what leaks descriptors'),
  ],
  'end-of-stream-ignored': [
    epollDelete,
    closeIt,
    restart,
    change('treat read = 0 as the end: close the descriptor and leave the loop'),
  ],
  'error-retried': [epollDelete, closeIt, restart, change('treat the error as final, or back off before the next try')],
  'connect-retried': [change('back off between attempts, exponentially and with jitter')],
  'send-retried': [
    shutDown,
    closeIt,
    restart,
    change('wait for EPOLLOUT after EAGAIN, and bound what is queued for a peer that does not read'),
  ],
  'wait-fails': [restart, change('take a descriptor out of the list before it is closed')],
  'peeked-not-read': [
    epollDelete,
    shutDown,
    closeIt,
    change('consume the bytes into a buffer of its own instead of MSG_PEEK'),
    change('SO_RCVLOWAT, EPOLLONESHOT or EPOLLET until more bytes are there'),
    change('a deadline for the first message, after which the connection is closed'),
  ],
  'bytes-not-read': [
    epollDelete,
    shutDown,
    closeIt,
    change('read until EAGAIN, or take EPOLLIN out of the registration while input is not wanted'),
  ],
  'half-closed-ignored': [
    epollDelete,
    shutDown,
    closeIt,
    change('on EPOLLRDHUP read to the end and close'),
    change('a deadline for idle connections'),
  ],
  'hang-up-ignored': [epollDelete, closeIt, change('close on EPOLLHUP and EPOLLERR, whatever was registered')],
  'writable-registered': [epollDelete, change('register EPOLLOUT only after a send has said EAGAIN')],
  'bell-not-read': [epollDelete, change('read the descriptor each time it is reported, or register it with EPOLLET')],
  'closed-but-registered': [
    epollDelete,
    restart,
    change('EPOLL_CTL_DEL before close wherever the file is shared (dup, fork)'),
  ],
  herd: [
    change('EPOLLEXCLUSIVE on the registration of the listener'),
    change('SO_REUSEPORT: a listener for each loop'),
  ],
  'zero-timeout': [whoSets, restart, change('round timeouts up, and block while nothing is due')],
  'short-timeout': [
    whoSets,
    change('wait for the event itself (condition, channel, eventfd) instead of asking by the clock'),
  ],
  'paced-retry': [
    whoSets,
    raiseLimitWhenFull,
    change('a longer deadline or a wait for readiness instead of a retry by the clock'),
  ],
  'timer-storm': [whoSets, restart, change('stop each timer when what it was for is gone')],
  'self-waking': [whoSets, restart, change('wake the loop once for each piece of work, and only when there is one')],
  'read-retried': [whoSets, restart, change('wait for readiness (epoll, poll) before each try')],
  yielding: [whoSets, restart, change('sleep on a condition or futex instead of yielding in a loop')],
  asking: [
    whoSets,
    restart,
    change('leave the loop on an error that will not change; a deadline belongs before the wait, not in the past'),
  ],
  'handler-stuck': [whoSets, restart, change('leave the loop when a turn has taken nothing off its input')],
  starving: [whoSets, restart, change('move the work off the thread of the event loop, or bound it')],
  'empty-messages': [
    whoSets,
    restart,
    change('check the limits that the peer sets, and that each message takes something off what is to be sent'),
  ],
}

function raiseLimitWhenFull(context: Context): Fix | undefined {
  const { process } = context.sight
  return process && process.fds >= process.fdLimit ? raiseLimit(context) : undefined
}
