import type { Facts } from './facts.ts'
import type { Answer, Check } from './scenario.ts'

/** Asks at the last of these moments. */
export function ask(check: Check, facts: readonly Facts[]): Answer | null {
  const first = facts[0]
  const now = facts.at(-1)
  return first && now ? check({ first, previous: facts.at(-2) ?? first, now }) : null
}

/** When the condition began to hold (ms since the epoch), if it has held ever since. */
export function holdsSince(condition: Check, facts: readonly Facts[]): number | undefined {
  const missedAt = facts.findLastIndex((_, i) => !ask(condition, facts.slice(0, i + 1))?.holds)
  return facts[missedAt + 1]?.at
}
