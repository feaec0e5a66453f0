import type { Check } from '../check.ts'
import { tryCollector } from '../collector-check.ts'
import { firstLine } from '../first-line.ts'

const bpftrace: Check = {
  ability: 'run a bpftrace program',
  without: 'nothing, where the probe works',
  attempt: async () => tryCollector('bpftrace', (await firstLine('bpftrace', '--version')) ?? 'counts'),
}
export default bpftrace
