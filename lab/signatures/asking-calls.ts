import { coresOf } from './cost.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { rate } from './words.ts'

/** Calls that ask how things are, and move nothing. */
const ASKING_CALLS: ReadonlySet<string> = new Set(
  'ioctl fcntl getsockopt getsockname getpeername getpid gettid clock_gettime gettimeofday time times getrusage sched_yield wait4 waitid epoll_ctl'.split(
    ' ',
  ),
)
/** The same, where there is much to ask about: files, locks, other processes. */
const LOOKING_CALLS: ReadonlySet<string> = new Set(
  'stat lstat fstat newfstatat statx access faccessat faccessat2 readlink readlinkat flock kill'.split(' '),
)
/** With these it comes to another file. */
const GOING_ON = ['getdents64', 'open', 'openat', 'openat2', 'execve']
/** Such calls for each useful one. Measured: at most 2.3 in healthy servers (mosquitto), 20 and more in loops. */
const ASKED_PER_USEFUL = 10
/** Share of an opened file or a read directory in each look at a file. Measured: none in loops over one, 0.3 and more where files are gone through. */
const GONE_ON = 0.01

/** Full of cheap system calls, none of which waits or moves a byte. */
export function askingCalls(sight: Sight): Suspicion[] {
  const opened = sum(GOING_ON.map((call) => sight.calls.get(call)?.calls ?? 0))
  const looked = sum([...sight.calls.values()].map(({ call, calls: n }) => (LOOKING_CALLS.has(call) ? n : 0)))
  const stays = opened < GONE_ON * looked
  const asked = [...sight.calls.values()].filter(
    ({ call }) => ASKING_CALLS.has(call) || (stays && LOOKING_CALLS.has(call)),
  )
  const turns = sum(asked.map((row) => row.calls))
  const [most] = asked.toSorted((a, b) => b.calls - a.calls)
  if (!most || turns < sight.events / 2 || turns < ASKED_PER_USEFUL * sight.progress) return []
  return [
    {
      class: 'userland-loop',
      cause: most.call === 'sched_yield' ? 'yielding' : 'asking',
      turns,
      cores: coresOf(turns, sight, calls),
      evidence: 'counted',
      numbers: { turns: turns / sight.seconds, useful: sight.progress / sight.seconds },
      text: `asks with ${most.call} ${rate(turns / sight.seconds)} without ever waiting for an answer, useful calls ${rate(sight.progress / sight.seconds)}`,
    },
  ]
}
