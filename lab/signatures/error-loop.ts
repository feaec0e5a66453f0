import { coresOf } from './cost.ts'
import type { Suspicion } from './finding.ts'
import { waits } from './frames.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'
import { stuckRegistrations } from './stuck-registrations.ts'
import { rate } from './words.ts'

/** Calls that wait; an error of theirs is a turn of the loop. A signal or a timeout is no error. */
const WAITS = ['epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'select', 'pselect6']
const NO_ERROR = new Set(['EINTR', 'ETIMEDOUT', 'ERESTARTNOHAND', 'ERESTARTSYS', 'ERESTART_RESTARTBLOCK'])
/** Failed waits for each useful call; a healthy server's waits do not fail. */
const FAILED_PER_USEFUL = 3

/** Each turn ends in an error, in the end of a stream, or in EAGAIN on a send. */
export function errorLoop(sight: Sight): Suspicion[] {
  return [...loops(sight, 'error-loop'), ...failedWaits(sight), ...stuckRegistrations(sight, 'error-loop')]
}

function failedWaits(sight: Sight): Suspicion[] {
  return WAITS.flatMap((name) => {
    const errors = Object.entries(sight.calls.get(name)?.errors ?? {}).filter(([errno]) => !NO_ERROR.has(errno))
    const [most] = errors.toSorted((a, b) => b[1] - a[1])
    if (!most || most[1] < FAILED_PER_USEFUL * sight.progress) return []
    const [errno, turns] = most
    return [
      {
        class: 'error-loop' as const,
        cause: 'wait-fails' as const,
        turns,
        cores: coresOf(turns, sight, waits),
        evidence: 'counted' as const,
        numbers: { turns: turns / sight.seconds },
        text: `${name} itself fails with ${errno} ${rate(turns / sight.seconds)}`,
      },
    ]
  })
}
