import type { Suspicion } from './finding.ts'
import { COLLECTING, shareOf, TIMERS } from './frames.ts'
import { meaningfulWaits } from './futility.ts'
import { loops } from './loops.ts'
import { type Sight, sum } from './sight.ts'
import { rate } from './words.ts'

/** Waits up to this long are a poll; a longer timeout is somebody's clock. */
const SHORT = new Set(['0', '100us', '1ms', '10ms'])
/**
 * Empty waits for each useful call. Measured: at most 0.7 in healthy servers (Go with one busy client polls without blocking before it parks),
 * 5 and more in busy servers with a polling thread beside them, no useful call at all in the spins of idle ones.
 */
const EMPTY_PER_USEFUL = 3
/** Share of CPU samples in timer code. Measured: at most 1 % in healthy servers, 24 % in a busy one with 2000 leaked timers, 49 % in an idle one. */
const TIMER_SHARE = 0.1

/** Waits and sleeps that end with nothing, in a storm. */
export function emptyWakeups(sight: Sight): Suspicion[] {
  const storms = loops(sight, 'empty-wakeups')
  if (storms.length) return storms
  return [...timerStorm(sight), ...emptyWaits(sight)].slice(0, 1)
}

function emptyWaits(sight: Sight): Suspicion[] {
  const waits = meaningfulWaits(sight).filter((wait) => SHORT.has(wait.timeout))
  const empty = sum(waits.map((wait) => wait.empty))
  if (empty === 0 || empty < EMPTY_PER_USEFUL * sight.progress) return []
  const unblocked = sum(waits.map((wait) => (wait.timeout === '0' ? wait.empty : 0)))
  const cores = sight.cores === undefined ? undefined : sight.cores * (1 - shareOf(sight.stacks, COLLECTING))
  return [
    {
      class: 'empty-wakeups',
      turns: empty,
      cores,
      numbers: {
        turns: empty / sight.seconds,
        unblocked: unblocked / sight.seconds,
        useful: sight.progress / sight.seconds,
      },
      text: `waits and sleeps end with nothing ${rate(empty / sight.seconds)}, ${Math.round((100 * unblocked) / empty)} % of them had a timeout of 0`,
    },
  ]
}

/** Does not show in system calls while the server is busy: it finds something to do whenever a timer has fired. */
function timerStorm(sight: Sight): Suspicion[] {
  const share = shareOf(sight.stacks, TIMERS)
  if (share < TIMER_SHARE || sight.cores === undefined) return []
  const samples = sum(sight.stacks.map((stack) => stack.samples))
  return [
    {
      class: 'empty-wakeups',
      turns: Math.round(samples * share),
      cores: sight.cores * share,
      numbers: { timerShare: share, samples },
      text: `timers fire in a storm: ${Math.round(100 * share)} % of the CPU samples are in timer code`,
    },
  ]
}
