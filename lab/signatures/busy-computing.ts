import type { Finding } from './finding.ts'
import { asks, calls, collects, locks } from './frames.ts'
import { shareOf } from './roots.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { hottest, NAMELESS } from './userland-loop.ts'

/** Cores in user space that are worth a word. */
const WORTH = 0.5
/** Of system calls but for handing locks over, as threads that compute under one lock do (Python's). */
const CALLING_SHARE = 0.05

/** CPU goes into computing or garbage collection: alike to a user-space loop but for the names of the functions, so it is said with this word. */
export function busyComputing(sight: Sight): Finding[] {
  const computing = sight.roots.filter(
    ({ stacks }) =>
      shareOf(stacks, (stack) => calls(stack) && !locks(stack)) <= CALLING_SHARE && shareOf(stacks, asks) < 0.5,
  )
  const cores = sum(computing.map((root) => root.cores))
  const [most] = computing
  if (!most || cores < WORTH) return []
  const garbage = shareOf(
    computing.flatMap((root) => root.stacks),
    collects,
  )
  const where = hottest(most)
  const what =
    garbage >= 0.5
      ? 'collecting garbage'
      : where === NAMELESS
        ? `${NAMELESS}, and hardly a system call: computing, or a loop that waits without sleeping; symbols or a perf map would tell`
        : `computing, most of it in ${where}`
  return [
    {
      name: 'busy-computing',
      spin: false,
      subject: { tid: most.tid },
      numbers: { cores, garbage, samples: sum(computing.map((root) => root.samples)) },
      text: `${cores.toFixed(1)} cores go into ${what}`,
    },
  ]
}
