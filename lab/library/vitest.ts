import { expect } from 'vitest'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { durationOf } from '../duration.ts'
import { usage } from '../errors.ts'
import { diagnosisReport } from '../reporters/diagnosis.ts'
import type { SpinClass } from '../signatures/finding.ts'
import { spinlab } from './spinlab.ts'

/** A process, or what has one, such as the server that `spinlab.serve` starts. */
type Watched = number | { pid: number }

/** One look (ms). */
const LOOK_MS = 2000

export interface SpinMatchers {
  /** Watches the process for so long (default 2s) and fails as soon as it is seen to spin; it fails, too, when nothing could be seen. */
  toStayHealthy(options?: { for?: string }): Promise<void>
  /** The process spins, in this class if one is named. Nothing seen is a failure with and without `not`. */
  toSpin(spinClass?: SpinClass): Promise<void>
}

declare module 'vitest' {
  // The type parameters of the interface that it adds to must be repeated as they are.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends SpinMatchers {}
}

expect.extend({
  async toStayHealthy(watched: Watched, { for: span = '2s' }: { for?: string } = {}) {
    const ms = durationOf(span)
    if (ms === undefined) throw usage(`"${span}" is not a duration with its unit: ms, s or m, e.g. 2s`)
    const until = performance.now() + ms
    let diagnosis: Diagnosis
    do {
      const seconds = Math.min(Math.max(until - performance.now(), 0), LOOK_MS) / 1000
      diagnosis = seen(await spinlab.diagnose(pidOf(watched), { seconds }))
    } while (diagnosis.verdict === 'healthy' && performance.now() < until)
    return {
      pass: diagnosis.verdict === 'healthy',
      message: () =>
        `expected process ${diagnosis.pid} ${this.isNot ? 'not to stay' : 'to stay'} healthy for ${span}\n\n${diagnosisReport(diagnosis)}`,
    }
  },

  async toSpin(watched: Watched, spinClass?: SpinClass) {
    const diagnosis = seen(await spinlab.diagnose(pidOf(watched)))
    const wanted = spinClass ? ` in ${spinClass}` : ''
    return {
      pass: diagnosis.verdict === 'spin' && (!spinClass || diagnosis.class === spinClass),
      message: () =>
        `expected process ${diagnosis.pid} ${this.isNot ? 'not to spin' : 'to spin'}${wanted}\n\n${diagnosisReport(diagnosis)}`,
    }
  },
})

const pidOf = (watched: Watched) => (typeof watched === 'number' ? watched : watched.pid)

/** No data proves neither. */
function seen(diagnosis: Diagnosis): Diagnosis {
  if (diagnosis.verdict === 'no-data') throw new Error(`no data of process ${diagnosis.pid}: ${diagnosis.cause}`)
  return diagnosis
}
