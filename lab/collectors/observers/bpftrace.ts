import { unsupported } from '../../errors.ts'
import { lastLine } from '../../last-line.ts'
import type { Room } from '../../stage/room.ts'
import { thisMachine } from '../../stage/this-machine.ts'
import { BpftraceParser } from '../../windows/bpftrace.ts'
import { bpftraceProgram, bpftraceTrial } from '../../windows/bpftrace-program.ts'
import type { Window } from '../../windows/window.ts'
import type { Collector, WatchOptions } from '../collector.ts'
import { hostPid, innerTids } from '../host-pid.ts'
import { startObserver } from '../observer-process.ts'
import { type Scope, watching } from '../scope.ts'
import { lacksProgram, showsCalls, tryOut } from '../try-out.ts'

/**
 * BPF sees the whole machine whatever room it is started in, and resolves stacks through the /proc of the outermost
 * namespace: so bpftrace runs on the machine, not in the room, and is given the pid that the process has out there.
 */
const bpftrace: Collector = {
  name: 'bpftrace',
  rank: 2,
  blind: 'descriptors',
  async lack(room) {
    if (process.arch !== 'x64')
      return { missing: `its program knows the system calls of x64, not of ${process.arch}`, remedy: 'use the probe' }
    return (
      (await lacksProgram(thisMachine, 'bpftrace', 'apt-get install bpftrace')) ??
      tryOut(
        { name: 'bpftrace', watch: watchBy(bpftraceTrial) },
        room,
        showsCalls,
        'run as root, outside of containers',
      )
    )
  },
  watch: (room, pid, options) => watchBy(bpftraceProgram)(room, pid, options),
}
export default bpftrace

function watchBy(program: typeof bpftraceProgram): Collector['watch'] {
  return (room, pid, options = {}) => watching((scope) => observe(scope, room, pid, program, options))
}

async function* observe(
  scope: Scope,
  room: Room,
  pid: number,
  program: typeof bpftraceProgram,
  { seconds, capture }: WatchOptions,
): AsyncGenerator<Window> {
  const host = await hostPid(room, pid)
  if (host === undefined) return
  const inner = await innerTids(host)
  const observer = await startObserver(scope, thisMachine, ['bpftrace', '-f', 'json', '-e', program(host, seconds)])
  if (!observer) return
  const parser = new BpftraceParser({ pid, innerTid: (tid) => inner.get(tid) ?? tid })
  const priced = async (window: Window) => ({ ...window, cost: (await observer.cpu()) / window.seconds })
  let seen = false
  for await (const line of observer.lines) {
    capture?.(line)
    for (const window of parser.take(line, Date.now())) {
      seen = true
      yield await priced(window)
    }
  }
  for (const window of parser.end()) {
    seen = true
    yield await priced(window)
  }
  if (!seen && !scope.signal.aborted)
    throw unsupported(`bpftrace: ${lastLine(observer.child.complaint()) || 'ended without a word'}`)
}
