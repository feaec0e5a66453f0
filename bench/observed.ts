import { broken } from '../lab/errors.ts'
import type { Room } from '../lab/stage/room.ts'
import type { Window } from '../lab/windows/window.ts'
import { type Performance, underLoad } from './load.ts'
import type { Observation } from './observers.ts'
import type { Subject } from './subject.ts'

/** What a server did while it was observed, and what the observer did meanwhile. */
export interface Observed extends Performance {
  /** cores that the observer used, by its own account */
  cores: number
  /** cores that the lab used to read it */
  reading: number
  /** share of the time in which it counted system calls */
  counting: number
  /** seconds from the start of the observer to its first window */
  first: number
}

/** A machine under load takes its time to start an observer. */
const PATIENCE_MS = 20_000

/** The load begins when the observer has shown its first window, so that its start is not part of what it costs. */
export async function whileObserved(
  room: Room,
  subject: Subject,
  { name, watch: begin }: Observation,
  seconds: number,
): Promise<Observed> {
  if (!begin)
    return { ...(await underLoad(room, subject, seconds)), cores: 0, reading: 0, counting: 0, first: Number.NaN }
  const started = performance.now()
  const watch = begin(room, subject.pid)
  const windows: Window[] = []
  const { promise: shown, resolve, reject } = Promise.withResolvers<number>()
  const ended = (async () => {
    for await (const window of watch) {
      windows.push(window)
      resolve((performance.now() - started) / 1000)
    }
    reject(broken(`${name} ended before its first window`))
  })()
  // Heard by whoever waits for the first window or for the end.
  ended.catch(reject)
  const patience = setTimeout(
    () => reject(broken(`${name} shows no window within ${PATIENCE_MS / 1000} s`)),
    PATIENCE_MS,
  )
  try {
    const first = await shown
    const from = Date.now()
    const usage = process.cpuUsage()
    const done = await underLoad(room, subject, seconds)
    const until = Date.now()
    const { user, system } = process.cpuUsage(usage)
    const reading = (user + system) / 1000 / (until - from)
    await watch[Symbol.asyncDispose]()
    await ended
    return { ...done, first, reading, ...shares(windows, from, until) }
  } finally {
    clearTimeout(patience)
    await watch[Symbol.asyncDispose]()
  }
}

/** Windows count as far as they lie between two times (ms since 1970). */
function shares(windows: readonly Window[], from: number, until: number) {
  let cores = 0
  let counting = 0
  for (const { start, seconds, cost, calls } of windows) {
    const inside = Math.max(Math.min(start + 1000 * seconds, until) - Math.max(start, from), 0) / (until - from)
    cores += cost * inside
    if (calls) counting += inside
  }
  return { cores, counting }
}
