import type { Check } from '../check.ts'
import { firstLine } from '../first-line.ts'

/** Descriptors that a server and a chaos client with some thousand connections each may come to hold. */
const NEEDED = 4096

const nofile: Check = {
  ability: `hold ${NEEDED} descriptors in one process`,
  without: 'scenarios with thousands of held connections',
  async attempt() {
    const limits = await firstLine('sh', '-c', 'echo "soft $(ulimit -Sn), hard $(ulimit -Hn)"')
    const raised = await firstLine('sh', '-c', `ulimit -Sn ${NEEDED} && ulimit -Sn`)
    const found = limits ?? 'unknown'
    return raised
      ? { works: true, found }
      : { works: false, found, remedy: `ulimit -Hn ${NEEDED} as root, or nofile in /etc/security/limits.conf` }
  },
}
export default nofile
