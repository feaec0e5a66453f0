import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { lookOrNoData } from '../process/look.ts'
import type { Server } from './server.ts'

/** As long as `spinlab diagnose` looks (ms). */
const LOOK_MS = 2000

/** What is wrong with the server now: the eyes and the judge of `spinlab diagnose`, on all its processes. */
export function examine({ root }: Server, stop: AbortSignal): Promise<Diagnosis> {
  const until = performance.now() + LOOK_MS
  return lookOrNoData(root, { tree: true, whole: true, collector: 'auto', unasked: true }, { until, stop })
}
