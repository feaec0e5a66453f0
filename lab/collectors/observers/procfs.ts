import type { Collector } from '../collector.ts'
import { lacksProbe, probeWindows } from '../probe-lines.ts'
import { watching } from '../scope.ts'
import { tryOut } from '../try-out.ts'

/** What /proc tells, to anybody who may read it. */
const procfs: Collector = {
  name: 'procfs',
  whole: true,
  rank: 5,
  blind: 'system calls, descriptors at work, and stacks: it sees that CPU burns, hardly why',
  lack: async (room) =>
    lacksProbe() ??
    tryOut(procfs, room, ({ process }) => process !== undefined, 'run as root, or as the owner of the process'),
  watch: (room, pid, options = {}) =>
    watching((scope) => probeWindows(scope, room, ['--pid', `${pid}`, '--no-bpf'], options)),
}
export default procfs
