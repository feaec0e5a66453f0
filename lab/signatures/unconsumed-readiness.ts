import type { Suspicion } from './finding.ts'
import { coresOf } from './futility.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'
import { describe, rate, short } from './words.ts'

/** Share of a shared listener's wake-ups lost to a sibling. Measured: 32 % in a herd of 8 loops, at most 1 % with EPOLLEXCLUSIVE or with one loop. */
const HERD = 0.1

/** Waits return ready descriptors that nothing consumes. */
export function unconsumedReadiness(sight: Sight): Suspicion[] {
  return [...loops(sight, 'unconsumed-readiness'), ...herd(sight)]
}

/** One listener in several epoll sets, each of which is woken for every connection. */
function herd(sight: Sight): Suspicion[] {
  const listeners = sight.descriptors.filter((d) => d.kind === 'listener' && !d.events?.includes('EXCLUSIVE'))
  const shared = [...Map.groupBy(listeners, (d) => `${d.inode ?? `${d.pid} ${d.fd}`}`).values()]
  return shared.flatMap((group) => {
    const sets = new Set(group.flatMap((d) => d.epfds.map((epfd) => `${d.pid} ${epfd}`)))
    const lost = group.reduce((total, d) => total + d.unconsumed, 0)
    const woken = group.reduce((total, d) => total + d.ready, 0)
    const [first] = group
    if (!first || sets.size < 2 || lost < HERD * woken || lost === 0) return []
    return [
      {
        class: 'unconsumed-readiness',
        turns: lost,
        cores: coresOf(lost, sight),
        subject: { pid: first.pid, fd: first.fd },
        numbers: { turns: lost / sight.seconds, sets: sets.size, woken: woken / sight.seconds },
        text: `thundering herd: ${describe(first)} is in ${sets.size} epoll sets without EPOLLEXCLUSIVE, and wakes them in vain ${rate(lost / sight.seconds)} (${short((100 * lost) / woken)} % of its wake-ups)`,
      },
    ]
  })
}
