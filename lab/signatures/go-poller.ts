import { waitsItself } from './frames.ts'
import { isGo } from './roots.ts'
import type { SeenDescriptor, Sight } from './sight.ts'
import { sum } from './sums.ts'

/**
 * Go's poller takes what rang it only in a wait that blocks (netpoll of runtime/netpoll_epoll.go). One that does not block ends at once
 * whether its eventfd is ready or not, so the report says nothing: whether it was rung before is chance.
 */
export function ringsInPassing({ kind }: SeenDescriptor, { waits, roots }: Sight): boolean {
  if (kind !== 'eventfd' || !isGo(roots) || roots.some((root) => root.stacks.some(waitsItself))) return false
  const ready = (which: typeof waits) => sum(which.map((wait) => wait.ready))
  return ready(waits.filter(({ timeout }) => timeout === '0')) > ready(waits) / 2
}

/** Waits that did not block and found nothing but that they had been rung. */
export function rungInPassing(sight: Sight): number {
  return sum(sight.descriptors.map((row) => (ringsInPassing(row, sight) ? row.unconsumed : 0)))
}
