import { proportion } from '../statistics/proportion.ts'
import type { Stack } from '../windows/window.ts'
import { calls, locks } from './frames.ts'
import { shareOf } from './roots.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'

/** Fewer samples say nothing about who burns the CPU: one that did not show up among so many may still have a tenth of it. */
export const ENOUGH = 30

/** Seconds of CPU that a turn which achieves nothing can take; what takes longer has done something else. Measured: 0.06 ms in Python, with a log line. */
const MOST_PER_TURN = 0.5e-3

/**
 * Cores that turns deserve when a turn costs what a useful call costs. Turns are the cheaper ones, so this errs towards the spin.
 * Threads that were never seen in such a call have no part in the loop: they compute, or collect garbage.
 */
export function coresOf(turns: number, sight: Sight, inLoop: (stack: Stack) => boolean): number | undefined {
  if (sight.cores === undefined) return undefined
  const possible = (MOST_PER_TURN * turns) / Math.max(sight.seconds, 1e-9)
  const part = turns / Math.max(turns + sight.progress, 1)
  if (sight.samples < ENOUGH) return Math.min(sight.cores * part, possible)
  return Math.min(part * sum(sight.roots.map((root) => (root.stacks.some(inLoop) ? root.cores : 0))), possible)
}

/**
 * Seconds of CPU that a turn takes which finds nothing to do and asks again. Measured: 0.1 to 6.3 us in loops (0.8 in Node, 2 in asyncio), 40 and
 * more where JavaScript runs between the results of other threads.
 */
const MOST_PER_EMPTY_TURN = 0.02e-3
/** The same with a sleep, which itself costs some of it. Measured: 18 to 31 us in loops, 1 ms and more in ticks that simulate something. */
const MOST_PER_SLEEPING_TURN = 0.1e-3
/** What a turn that sleeps takes beside its system calls, times what these take. Measured: at most 2 in loops (Python's queue), 16 and more where threads compute and wait for one lock. */
const MOST_BESIDE_SLEEP = 4

/**
 * The same for turns that end with nothing. Who does more in them than to look and wait again does it for a purpose (a tick of a
 * simulation, a slice of a computation), and only the waits belong to the loop; that threads wait for a lock or a job is theirs.
 */
export function coresOfEmpty(
  turns: number,
  sight: Sight,
  inLoop: (stack: Stack) => boolean,
  sleeps = false,
): number | undefined {
  const cores = coresOf(turns, sight, inLoop)
  if (!sight.process || !sight.cores || cores === undefined || sight.samples < ENOUGH) return cores
  const roots = sight.roots.filter((root) => root.stacks.some(inLoop))
  // What it ran, not what it wanted: on a busy machine there are fewer turns.
  const ran = (cores * sight.process.cpu) / sight.cores
  if (ran * sight.seconds > (sleeps ? MOST_PER_SLEEPING_TURN : MOST_PER_EMPTY_TURN) * turns)
    return Math.min(
      cores,
      surelyIn(sight, (stack) => inLoop(stack) && !locks(stack)),
    )
  return sleeps ? Math.min(cores, (1 + MOST_BESIDE_SLEEP) * surelyIn({ ...sight, roots }, calls)) : cores
}

/** Cores spent in stacks that match. */
export function coresIn({ roots }: Sight, matches: (stack: Stack) => boolean): number {
  return sum(roots.map((root) => root.cores * shareOf(root.stacks, matches)))
}

/** The same, at least: a share of few samples may by chance be twice what it is. */
function surelyIn({ samples, cores = 0, roots }: Sight, matches: (stack: Stack) => boolean): number {
  const count = sum(roots.map((root) => root.samples * shareOf(root.stacks, matches)))
  return cores * proportion(count, samples).interval[0]
}
