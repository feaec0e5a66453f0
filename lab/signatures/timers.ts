import type { Finding } from './finding.ts'
import { emptyEnds } from './futility.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { rate } from './words.ts'

/** Wake-ups a second by the process's own clock that are worth a word. */
const WORTH = 100

/** Wakes by its own clock: legitimate timers and leaked ones are alike to the kernel, so the rate is said and what it costs decides. */
export function timers(sight: Sight): Finding[] {
  if (sight.seconds === 0) return []
  const ends = sum(emptyEnds(sight).map(({ timeout, empty }) => (timeout === '0' ? 0 : empty))) / sight.seconds
  if (ends < WORTH) return []
  return [
    {
      name: 'timers',
      spin: false,
      numbers: { rate: ends },
      text: `wakes by its own clock ${rate(ends)}`,
    },
  ]
}
