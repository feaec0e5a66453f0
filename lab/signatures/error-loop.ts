import { coresOf } from './cost.ts'
import { goesThroughFiles, LOOKS, OPENS } from './files.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'
import { stuckRegistrations } from './stuck-registrations.ts'
import { sum } from './sums.ts'
import { rate } from './words.ts'

/** Answers that are no errors: a signal, a timeout, a beginning, nothing there yet. */
const NO_ERROR: ReadonlySet<string> = new Set([
  'EINTR',
  'ETIMEDOUT',
  'EAGAIN',
  'EINPROGRESS',
  'ERESTARTSYS',
  'ERESTARTNOHAND',
  'ERESTART_RESTARTBLOCK',
])
/** These tell that they have not waited: what was waited for had come before (FUTEX_WAIT of futex(2)), or has not come in no time (sigtimedwait(2)). */
const UNWAITED = /^(?:futex|rt_sigtimedwait)$/
/** That a file has none of what is looked for is an answer, and so is that it is no terminal. */
const LOOKUPS: ReadonlySet<string> = new Set([
  ...LOOKS,
  ...OPENS,
  ...'getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr ioctl'.split(' '),
])
const NOTHING_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENODATA', 'ENOTDIR', 'EOPNOTSUPP', 'ENOTTY'])
/** Calls whose errors on a descriptor are counted there. */
const ON_DESCRIPTORS = /^(?:read|write|pread|pwrite|recv|send|accept|connect)/
/** Failures of one call for each useful call. Measured: at most 1.2 in healthy servers (Apache looking for .htaccess), no useful call at all in loops. */
const FAILED_PER_USEFUL = 10
/** Share of a call's returns that are failures. */
const FAILING = 0.9

/** Each turn ends in an error, in the end of a stream, or in EAGAIN on a send. */
export function errorLoop(sight: Sight): Suspicion[] {
  return [...loops(sight, 'error-loop'), ...failingCalls(sight), ...stuckRegistrations(sight, 'error-loop')]
}

/** A wait over a closed descriptor, a file that is not there, a child that does not exist: asked for again and again. */
function failingCalls(sight: Sight): Suspicion[] {
  return [...sight.calls.values()].flatMap(({ call, calls: all, errors }) => {
    const failures = Object.entries(errors).filter(
      ([errno]) =>
        (!NO_ERROR.has(errno) || (errno === 'EAGAIN' && UNWAITED.test(call))) &&
        !(NOTHING_THERE.has(errno) && LOOKUPS.has(call) && goesThroughFiles(all, sight)),
    )
    const turns = sum(failures.map(([, n]) => n))
    const [most] = failures.toSorted((a, b) => b[1] - a[1])
    if (!most || ON_DESCRIPTORS.test(call) || turns < FAILING * all || turns < FAILED_PER_USEFUL * sight.progress)
      return []
    return [
      {
        class: 'error-loop' as const,
        cause: WAITS.test(call) ? ('wait-fails' as const) : ('error-retried' as const),
        turns,
        cores: coresOf(turns, sight, calls),
        evidence: 'counted' as const,
        numbers: { turns: turns / sight.seconds },
        text: `${call} fails with ${most[0]} ${rate(turns / sight.seconds)}, useful calls ${rate(sight.progress / sight.seconds)}`,
      },
    ]
  })
}

const WAITS = /^(?:epoll_p?wait2?|p?poll|p?select6?)$/
