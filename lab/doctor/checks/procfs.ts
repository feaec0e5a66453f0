import type { Check } from '../check.ts'
import { tryCollector } from '../collector-check.ts'

const procfs: Check = {
  ability: 'read CPU, run-queue wait and sockets of a process in /proc',
  without: 'severity: how many cores burn',
  attempt: () => tryCollector('procfs', 'readable'),
}
export default procfs
