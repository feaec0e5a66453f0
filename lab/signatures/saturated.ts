import type { Finding } from './finding.ts'
import type { Sight } from './sight.ts'
import { rate } from './words.ts'

/** A thread that wants this much of a core is the limit of what it serves. */
const FULL = 0.9
/** Useful calls for each wait that ended, ready or not: work waits to be done, not the other way round. */
const USEFUL_PER_WAIT = 1

/** Busy with useful work to the limit of a thread: too much work, no spin. */
export function saturated(sight: Sight): Finding[] {
  const waits = sight.waits.reduce((total, { ready, empty }) => total + ready + empty, 0)
  const full = sight.threads.filter(({ cpu, runQueue }) => cpu + runQueue >= FULL)
  if (!full.length || sight.progress === 0 || sight.progress < USEFUL_PER_WAIT * waits) return []
  return [
    {
      name: 'saturated',
      spin: false,
      numbers: { threads: full.length, useful: sight.progress / sight.seconds },
      text: `whole cores wanted by its threads: ${full.length}, with useful calls ${rate(sight.progress / sight.seconds)}`,
    },
  ]
}
