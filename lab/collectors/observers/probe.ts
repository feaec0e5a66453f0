import type { Collector } from '../collector.ts'
import { lacksProbe, probeWindows } from '../probe-lines.ts'
import { watching } from '../scope.ts'
import { showsCalls, tryOut } from '../try-out.ts'

/** The lab's own eyes: eBPF in the kernel and /proc beside it. */
const probe: Collector = {
  name: 'probe',
  rank: 1,
  blind: '',
  lack: async (room) =>
    lacksProbe() ??
    tryOut(probe, room, 0.3, showsCalls, 'run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE'),
  watch: (room, pid, options = {}) => watching((scope) => probeWindows(scope, room, ['--pid', `${pid}`], options)),
}
export default probe
