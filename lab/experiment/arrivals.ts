import type { Evidence } from './assess.ts'
import type { Facts } from './facts.ts'
import { holdsSince } from './holds-since.ts'

/** Chaos connections since the first of these moments; where there is no chaos, sane requests. */
export function arrivalsOf(facts: readonly Facts[]): number {
  const now = facts.at(-1)
  if (now && !now.chaos) return now.sane.ok + now.sane.failed
  const arrived = (at: Facts | undefined) => (at?.chaos ? at.chaos.started - at.chaos.connecting : 0)
  return arrived(now) - arrived(facts[0])
}

/** How many it took until the condition held, if it has held ever since. */
export function arrivalsUntilFault({ variant, facts }: Pick<Evidence, 'variant' | 'facts'>): number | undefined {
  const since = holdsSince(variant.condition, facts)
  return since === undefined ? undefined : arrivalsOf(facts.filter(({ at }) => at <= since))
}
