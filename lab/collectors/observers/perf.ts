import { unsupported } from '../../errors.ts'
import type { Room } from '../../stage/room.ts'
import { PERF_EVENTS, type PerfEvent, perfEventArguments, perfEventsOf } from '../../windows/perf-events.ts'
import { parsePerfScript } from '../../windows/perf-script.ts'
import { PerfStatParser } from '../../windows/perf-stat.ts'
import type { Window } from '../../windows/window.ts'
import { accounted, readAccounted } from '../accounted.ts'
import type { Collector, WatchOptions } from '../collector.ts'
import { startObserver } from '../observer-process.ts'
import { type Scope, watching } from '../scope.ts'
import { lacksProgram, showsCalls, tryOut } from '../try-out.ts'

const INTERVAL_MS = 100
/** So soon a trial has something to show. */
const TRIAL_MS = 20
/** Stacks are taken along with a look that is no longer than this (seconds): perf shows them only when it has ended. */
const LONGEST_STACKS = 5
/** Samples a second of CPU; no divisor of the usual timers, so that it does not run in step with them. */
const FREQUENCY = 499

/**
 * perf stat counts filtered tracepoints in the kernel. Taking one off again takes the kernel about 35 ms, however many
 * filters are on it: with all of them it is gone more than a second after its last window, which is why a witness counts
 * those calls alone that matter.
 */
const perf: Collector = {
  name: 'perf',
  rank: 3,
  witness: true,
  blind:
    'descriptors; the timeouts of waits where one call is given several, or gives them behind a pointer; calls that it is not told to count',
  lack: async (room) =>
    (await lacksProgram(room, 'perf', 'apt-get install linux-perf (or linux-tools of this kernel)')) ??
    tryOut({ name: 'perf', watch: trial }, room, showsCalls, 'run as root with tracefs mounted on /sys/kernel/tracing'),
  watch: (room, pid, options = {}) => watching((scope) => observe(scope, room, pid, options)),
}
export default perf

const trial: Collector['watch'] = (room, pid, options = {}) =>
  watching((scope) => count(scope, room, pid, { events: TRIAL, interval: TRIAL_MS }, options))

/** What the child of a trial does. */
const TRIAL = PERF_EVENTS.filter(({ event }) => event.endsWith('_exit_read'))

async function* observe(scope: Scope, room: Room, pid: number, options: WatchOptions): AsyncGenerator<Window> {
  const { seconds, calls } = options
  const chosen = calls ? perfEventsOf(calls) : []
  const events = chosen.length ? chosen : PERF_EVENTS
  const stacks = seconds !== undefined && seconds <= LONGEST_STACKS ? sample(scope, room, pid, seconds) : undefined
  let last: Window | undefined
  for await (const window of count(scope, room, pid, { events, interval: INTERVAL_MS }, options)) {
    if (last) yield last
    last = window
  }
  const sampled = await stacks
  if (last && sampled) {
    const { stacks, lost, cpu } = sampled
    yield { ...last, stacks, lost: last.lost + lost, cost: last.cost + cpu / last.seconds }
  } else if (last) yield last
}

async function* count(
  scope: Scope,
  room: Room,
  pid: number,
  { events, interval }: { events: readonly PerfEvent[]; interval: number },
  { seconds, capture }: WatchOptions,
): AsyncGenerator<Window> {
  const intervals = seconds === undefined ? Infinity : Math.ceil((seconds * 1000) / interval)
  const bound = seconds === undefined ? [] : ['--interval-count', `${intervals}`]
  const flags = ['-x,', '-I', `${interval}`, ...bound, '--log-fd', '1', ...perfEventArguments(events)]
  const observer = await startObserver(scope, room, ['perf', 'stat', ...flags, '-p', `${pid}`])
  if (!observer) return
  let parser: PerfStatParser | undefined
  let seen = 0
  for await (const line of observer.lines) {
    capture?.(line)
    // The first row comes at the end of the first interval.
    parser ??= new PerfStatParser({ pid, start: Date.now() - interval, events })
    for (const window of parser.take(line)) {
      yield { ...window, cost: (await observer.cpu()) / window.seconds }
      // Its output ends only when it has let go.
      if (++seen === intervals) return
    }
  }
  if (parser || scope.signal.aborted) return
  await observer.child.ended
  const complaint = observer.child.complaint().trim()
  if (complaint && !/finding threads|No such process/.test(complaint)) throw unsupported(`perf: ${wordsOf(complaint)}`)
}

/** perf draws a picture of the event that it could not open; what is wrong stands in a line of its own. */
const wordsOf = (complaint: string) =>
  /^(?:Error:\s*)?((?:No|Access|Failed|Unable).*)$/m.exec(complaint)?.[1] ?? complaint.split('\n')[0]

/** Stacks of the whole look, and the CPU (s) that taking and resolving them cost. */
async function sample(scope: Scope, room: Room, pid: number, seconds: number) {
  const record = `perf record --no-bpf-event -q -e cpu-clock -F ${FREQUENCY} -g -p ${pid} -o - -- sleep ${seconds}`
  const script = 'perf script -i - -F comm,pid,tid,ip,sym,dso'
  const child = scope.run(room, accounted(['sh', '-c', `${record} | ${script}`]))
  const { lines, cpu } = await readAccounted(child.lines)
  return { ...parsePerfScript(lines), cpu }
}
