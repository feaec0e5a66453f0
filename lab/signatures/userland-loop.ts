import type { Suspicion } from './finding.ts'
import { DEADLINES, shareOf } from './frames.ts'
import { loops } from './loops.ts'
import { type Sight, sum } from './sight.ts'

/** Share of CPU samples that set deadlines. Measured: at most 3 % in healthy servers, 55 % in a busy one beside a loop on a deadline in the past, 92 % alone. */
const DEADLINE_SHARE = 0.1

/** CPU burns without progress and with hardly a wait. */
export function userlandLoop(sight: Sight): Suspicion[] {
  return [...loops(sight, 'userland-loop'), ...deadlines(sight)]
}

function deadlines(sight: Sight): Suspicion[] {
  const share = shareOf(sight.stacks, DEADLINES)
  if (share < DEADLINE_SHARE || sight.cores === undefined) return []
  const samples = sum(sight.stacks.map((stack) => stack.samples))
  return [
    {
      class: 'userland-loop',
      turns: Math.round(samples * share),
      cores: sight.cores * share,
      numbers: { deadlineShare: share, samples },
      text: `deadlines are set again and again: ${Math.round(100 * share)} % of the CPU samples`,
    },
  ]
}
