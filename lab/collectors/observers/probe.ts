import type { Collector } from '../collector.ts'
import { lacksProbe, probeWindows } from '../probe-lines.ts'
import { watching } from '../scope.ts'
import { showsCalls, tryOut } from '../try-out.ts'

/** Counting all the time. A phase takes as many windows as its verdict needs, so they are short: of a fifth of a core one or two hold enough samples to be judged. */
const DENSE = ['--duty', '1', '--interval', '30ms', '--frequency', '2003']

/** The lab's own eyes: eBPF in the kernel and /proc beside it. */
const probe: Collector = {
  name: 'probe',
  rank: 1,
  whole: true,
  blind: '',
  lack: async (room) =>
    lacksProbe() ??
    tryOut(
      { name: 'probe', watch: trial },
      room,
      showsCalls,
      'run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE',
    ),
  watch: (room, pid, options = {}) =>
    watching((scope) => {
      const tree = options.tree ? ['--tree'] : []
      return probeWindows(scope, room, ['--pid', `${pid}`, ...tree, ...(options.dense ? DENSE : [])], options)
    }),
}
export default probe

const trial: Collector['watch'] = (room, pid) => probe.watch(room, pid, { dense: true })
