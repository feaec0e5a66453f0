import { setTimeout as delay } from 'node:timers/promises'
import { unsupported } from '../../errors.ts'
import { lastLine } from '../../last-line.ts'
import type { Child, Room } from '../../stage/room.ts'
import { snapshotCommand, socketsCommand } from '../../windows/descriptor-snapshot.ts'
import { parseStrace, SNAPSHOT_MARK } from '../../windows/strace.ts'
import type { Window } from '../../windows/window.ts'
import { readAccounted } from '../accounted.ts'
import type { Collector, WatchOptions } from '../collector.ts'
import { type Scope, watching } from '../scope.ts'
import { onceTraced, straceLook } from '../strace-look.ts'
import { lacksProgram, showsCalls, tryOut } from '../try-out.ts'

/** Seconds of one look, and from the beginning of one to that of the next. */
const LOOK = 0.3
const PERIOD = 1
/** Seconds of the look at the busy child of a trial. */
const TRIAL = 0.05

// -y and not -yy, with which strace asks for all sockets of the machine at each new one: with 60 000 in TIME-WAIT, a server
// that accepts was slowed another 200 times. The lists of ready descriptors must be whole; -s 0 keeps what the server reads and writes out of the trace.
const FLAGS = [
  '-f',
  '-y',
  '-ttt',
  '-T',
  '-s',
  '0',
  '-e',
  'abbrev=!epoll_wait,epoll_pwait,epoll_pwait2,poll,ppoll,select,pselect6',
]

/**
 * strace stops the target at every call, slows a tight spin 25 to 100 times and interrupts its waits as it attaches.
 * So it never stays: one look of `seconds`, or without that a look of 0.3 s in each second.
 */
const strace: Collector = {
  name: 'strace',
  rank: 4,
  witness: true,
  intrusive: true,
  blind: 'CPU, stacks, and the true rates: it slows what it looks at, several times over',
  lack: async (room) =>
    (await lacksProgram(room, 'strace', 'apt-get install strace')) ??
    tryOut(
      { name: 'strace', watch: trial },
      room,
      showsCalls,
      'run as root, or as the owner of the process with kernel.yama.ptrace_scope=0',
    ),
  watch: (room, pid, options = {}) =>
    watching((scope) =>
      options.seconds === undefined
        ? looks(scope, room, pid, LOOK, options)
        : look(scope, room, pid, options.seconds, options),
    ),
}
export default strace

const trial: Collector['watch'] = (room, pid, options = {}) =>
  watching((scope) => looks(scope, room, pid, TRIAL, options))

async function* looks(
  scope: Scope,
  room: Room,
  pid: number,
  seconds: number,
  options: WatchOptions,
): AsyncGenerator<Window> {
  while (!scope.signal.aborted) {
    const started = performance.now()
    let alive = false
    for await (const window of look(scope, room, pid, seconds, options)) {
      alive = true
      yield window
    }
    if (!alive) return
    const rest = PERIOD * 1000 - (performance.now() - started)
    await delay(Math.max(rest, 0), undefined, { signal: scope.signal }).catch(() => {})
  }
}

/** One look. Its windows come when it is over, because only then it is known what it cost. */
async function* look(
  scope: Scope,
  room: Room,
  pid: number,
  seconds: number,
  { capture }: WatchOptions,
): AsyncGenerator<Window> {
  const before = await read(scope.run(room, snapshotCommand(pid)))
  const child = scope.run(room, straceLook(pid, FLAGS))
  let start = Date.now()
  let clock: NodeJS.Timeout | undefined
  // What was registered between the first snapshot and the first line of the trace is in neither.
  const second = scope.run(room, onceTraced(pid, snapshotCommand(pid)))
  // The connections that came during the look.
  let late: Promise<string[]> | undefined
  const after = read(second, () => {
    start = Date.now()
    clock = setTimeout(() => {
      child.tell('')
      late = read(scope.run(room, socketsCommand(pid)))
      late.catch(() => {}) // nobody waits for it where strace could not look
    }, seconds * 1000)
  })
  const { lines, cpu } = await readAccounted(child.lines)
  const end = Math.min(start + seconds * 1000, Date.now())
  clearTimeout(clock)
  // It waits still where strace could not attach.
  await second.stop()
  const complaint = child.complaint().trim()
  if (/Operation not permitted|Permission denied/.test(complaint)) throw unsupported(lastLine(complaint))
  if (/No such process/.test(complaint)) return
  const facts = [...before, ...(await after), ...((await late) ?? [])].map((line) => SNAPSHOT_MARK + line)
  for (const line of [...facts, ...lines]) capture?.(line)
  for (const window of parseStrace([...facts, ...lines], { pid, start, end })) yield { ...window, cost: cpu / seconds }
}

async function read({ lines }: Child, begun?: () => void): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) if (all.push(line) === 1) begun?.()
  return all
}
