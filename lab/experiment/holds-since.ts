import type { Facts } from './facts.ts'
import type { Answer, Check } from './scenario.ts'

/** Asks at one of these moments, or at the last. */
export function ask(check: Check, facts: readonly Facts[], moment = facts.length - 1): Answer | null {
  const first = facts[0]
  const now = facts[moment]
  return first && now ? check({ first, previous: facts[moment - 1] ?? first, now }) : null
}

/** When the condition began to hold (ms since the epoch), if it has held ever since. */
export function holdsSince(condition: Check, facts: readonly Facts[]): number | undefined {
  const missedAt = facts.findLastIndex((_, i) => !ask(condition, facts, i)?.holds)
  return facts[missedAt + 1]?.at
}
