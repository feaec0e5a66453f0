import type { Call } from '../windows/window.ts'
import { coresIn, coresOf, ENOUGH } from './cost.ts'
import { goesThroughFiles, LOOKS } from './files.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { rate } from './words.ts'

/** Calls that ask how things are, and move nothing. Not getpid: OpenSSL makes one for each random number, to notice a fork. */
const ASKING_CALLS: ReadonlySet<string> = new Set(
  (
    'ioctl fcntl getsockopt getsockname getpeername getppid gettid getpgrp getpgid getsid getuid geteuid getgid getegid getcpu ' +
    'getrlimit prlimit64 sysinfo uname sched_getaffinity sched_yield wait4 waitid epoll_ctl'
  ).split(' '),
)
/** The same, where there is much to ask about: files, locks, other processes. A file whose time is set as a sign of life moves nothing either. */
const LOOKING_CALLS: ReadonlySet<string> = new Set([
  ...LOOKS,
  ...'flock kill utime utimes futimesat utimensat'.split(' '),
])
/** Calls that ask for the time, as those do who time what they serve. */
const CLOCK_CALLS: ReadonlySet<string> = new Set('clock_gettime gettimeofday time times getrusage'.split(' '))
/** Such calls for each useful one and each sleep. Measured: 2.7 in a server that times its messages (gRPC in Python), no sleep at all in loops. */
const TIMED_PER_EVENT = 20
/** What these take, or end, is what they are for: only what they do not get is asked for again. A child that has ended is a positive answer. */
const TAKING_CALLS: ReadonlySet<string> = new Set('fcntl flock wait4 waitid'.split(' '))
/** Such calls for each useful one. Measured: at most 2.3 in healthy servers (mosquitto), 20 and more in loops. */
const ASKED_PER_USEFUL = 10

/** Full of cheap system calls, none of which waits or moves a byte. */
export function askingCalls(sight: Sight): Suspicion[] {
  const rows = [...sight.calls.values()]
  const looked = sum(rows.map(({ call, calls: n }) => (LOOKING_CALLS.has(call) ? n : 0)))
  const stays = !goesThroughFiles(looked, sight)
  const timed = TIMED_PER_EVENT * (sight.progress + (sight.process?.voluntary ?? 0) * sight.seconds)
  const asked = rows
    .filter(
      ({ call, calls: n }) =>
        ASKING_CALLS.has(call) || (stays && LOOKING_CALLS.has(call)) || (CLOCK_CALLS.has(call) && n > timed),
    )
    .map((row) => (TAKING_CALLS.has(row.call) ? { ...row, calls: inVain(row) } : row))
  const turns = sum(asked.map((row) => row.calls))
  const [most] = asked.toSorted((a, b) => b.calls - a.calls)
  if (!most || turns < sight.events / 2 || turns < ASKED_PER_USEFUL * sight.progress) return []
  return [
    {
      class: 'userland-loop',
      cause: most.call === 'sched_yield' ? 'yielding' : 'asking',
      turns,
      cores: askingCores(turns, sight),
      evidence: 'counted',
      numbers: { turns: turns / sight.seconds, useful: sight.progress / sight.seconds },
      text: `asks with ${most.call} ${rate(turns / sight.seconds)} without ever waiting for an answer, useful calls ${rate(sight.progress / sight.seconds)}`,
    },
  ]
}

/** Of waiting for children, 0 says that none has ended; a lock that is taken or given back returns 0 as well. */
const inVain = ({ call, calls: all, zero, positive }: Call) =>
  call.startsWith('wait') ? all - positive : all - zero - positive

/** What a loop that asks spends beside its calls, times what these take. Measured: at most 4.1 in loops (Python), 32 and more where one that computes reads its own CPU clock. */
const MOST_BESIDE = 12

/** Who does more between the calls than to ask again computes, and only the calls belong to the asking. */
function askingCores(turns: number, sight: Sight): number | undefined {
  const cores = coresOf(turns, sight, calls)
  const inCalls = coresIn(sight, calls)
  return cores === undefined || sight.samples < ENOUGH || cores <= (1 + MOST_BESIDE) * inCalls ? cores : inCalls
}
