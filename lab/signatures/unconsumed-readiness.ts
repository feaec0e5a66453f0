import { coresOf } from './cost.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'
import { stuckRegistrations } from './stuck-registrations.ts'
import { groupBy, sum } from './sums.ts'
import { describe, rate } from './words.ts'

/** Share of a listener's wake-ups that found no connection any more. Measured: 32 % in a herd of 8 loops, at most 7 % with EPOLLEXCLUSIVE. */
const HERD = 0.15

/** Waits return ready descriptors that nothing consumes. */
export function unconsumedReadiness(sight: Sight): Suspicion[] {
  return [...loops(sight, 'unconsumed-readiness'), ...herd(sight), ...stuckRegistrations(sight, 'unconsumed-readiness')]
}

/** One listener in several epoll sets, each of which is woken for every connection; all but one find it gone. */
function herd(sight: Sight): Suspicion[] {
  const listeners = sight.descriptors.filter(
    ({ kind, events }) => kind === 'listener' && !events?.includes('EXCLUSIVE'),
  )
  return groupBy(listeners, (listener) => `${listener.inode ?? `${listener.pid} ${listener.fd}`}`).flatMap((group) => {
    const sets = new Set(group.flatMap(({ pid, epfds }) => epfds.map((epfd) => `${pid} ${epfd}`)))
    const woken = sum(group.map(({ ready }) => ready))
    const inVain = woken - sum(group.map(({ useful, failed }) => useful + failed))
    const [first] = group
    if (sets.size < 2 || inVain <= HERD * woken) return []
    return [
      {
        class: 'unconsumed-readiness',
        cause: 'herd',
        turns: inVain,
        cores: coresOf(inVain, sight, calls),
        evidence: 'counted',
        subject: { pid: first.pid, fd: first.fd },
        numbers: { turns: inVain / sight.seconds, sets: sets.size, woken: woken / sight.seconds },
        text: `thundering herd: ${describe(first)} is in ${sets.size} epoll sets without EPOLLEXCLUSIVE and wakes them in vain ${rate(inVain / sight.seconds)} (${Math.round((100 * inVain) / woken)} % of its wake-ups)`,
      },
    ]
  })
}
