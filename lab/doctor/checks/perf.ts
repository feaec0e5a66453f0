import type { Check } from '../check.ts'
import { tryCollector } from '../collector-check.ts'
import { firstLine } from '../first-line.ts'

const perf: Check = {
  ability: 'open perf events (tracepoints)',
  without: 'the witness that counts in the kernel',
  attempt: async () => tryCollector('perf', (await firstLine('perf', '--version')) ?? 'counts'),
}
export default perf
