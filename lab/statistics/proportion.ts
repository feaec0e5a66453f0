import { probit } from 'simple-statistics'

/** How often something was so, and where the true share lies with 95 % confidence. */
export interface Proportion {
  rate: number
  interval: [low: number, high: number]
  of: number
}

/** Wilson's score interval (Wilson 1927): it stays within 0 and 1, and says something of none and of all. `of` must be 1 or more. */
export function proportion(count: number, of: number): Proportion {
  const z = probit(0.975)
  const rate = count / of
  const centre = (rate + z ** 2 / (2 * of)) / (1 + z ** 2 / of)
  const half = (z / (1 + z ** 2 / of)) * Math.sqrt((rate * (1 - rate)) / of + z ** 2 / (4 * of ** 2))
  return { rate, interval: [Math.max(0, centre - half), Math.min(1, centre + half)], of }
}
