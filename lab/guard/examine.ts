import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { noData } from '../diagnosis/no-data.ts'
import { EXIT, SpinlabError } from '../errors.ts'
import { look } from '../process/look.ts'
import type { Server } from './server.ts'

/** As long as `spinlab diagnose` looks (ms). */
const LOOK_MS = 2000

/** What is wrong with the server now: the eyes and the judge of `spinlab diagnose`, on all its processes. */
export async function examine({ root }: Server, stop: AbortSignal): Promise<Diagnosis> {
  const until = performance.now() + LOOK_MS
  return look(root, { tree: true, whole: true, collector: 'auto' }, { until, stop }).catch((error) => {
    if (error instanceof SpinlabError && error.exitCode === EXIT.inconclusive) return noData(root, error.message)
    throw error
  })
}
