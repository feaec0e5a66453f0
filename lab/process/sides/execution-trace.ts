import { readExecutionTrace } from '../../go-runtime/execution-trace.ts'
import { readPprof } from '../pprof.ts'
import type { Side } from '../side.ts'

/** Enough for some hundred events of a spin by the clock; a busy server writes some megabytes meanwhile. */
const SECONDS = 0.3
const PATIENCE_MS = 1800

const executionTrace: Side = {
  async look({ pprof }) {
    const body = await readPprof(pprof, `trace?seconds=${SECONDS}`, PATIENCE_MS)
    if (body.length === 0) return {}
    return readExecutionTrace(body).then(
      (trace) => ({ trace }),
      (error: Error) => ({ missing: `no execution trace: ${error.message}` }),
    )
  },
}
export default executionTrace
