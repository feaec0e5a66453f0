import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../stage/room.ts'
import { joinProcess } from '../windows/join-process.ts'
import type { Window } from '../windows/window.ts'
import type { ObserverCost } from './cost.ts'
import { type Answers, join, summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for several sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 300
/** The target is left alone for so long before and after each look, and seen for so long by who judges, whose verdict is known (ms). */
const MEASURE_MS = 150
/** ms between two questions to the target for its turns */
const SAMPLE_MS = 20

/**
 * A short look with nothing else attached but what sees the process, where the observer itself does not. `seen`: what the judging observer has
 * seen of the same process. `leaving`: whoever waits for it knows that the observer has let go.
 */
export async function look(
  subject: Subject,
  room: Room,
  { collector, process }: { collector: Collector; process?: Collector | undefined },
  seen: readonly Window[],
  capture: (line: string) => void,
  leaving: AsyncDisposableStack,
): Promise<Window[]> {
  const options = { seconds: LOOK_MS / 1000 }
  const watch = leaving.use(collector.watch(room, subject.pid, { ...options, ...callsOf(seen), capture }))
  if (collector.whole || !process) return Array.fromAsync(watch)
  const beside = leaving.use(process.watch(room, subject.pid, options))
  const [windows, processes] = await Promise.all([Array.fromAsync(watch), Array.fromAsync(beside)])
  return joinProcess(windows, processes)
}

/** The judging observer at work as in a phase, until it has seen enough to tell what it costs. */
export async function lookOfJudge(
  subject: Subject,
  room: Room,
  judge: Collector,
  leaving: AsyncDisposableStack,
): Promise<Window[]> {
  const windows: Window[] = []
  for await (const window of leaving.use(judge.watch(room, subject.pid, { dense: true }))) {
    windows.push(window)
    if (1000 * windows.reduce((sum, { seconds }) => sum + seconds, 0) >= MEASURE_MS) break
  }
  return windows
}

/** Names of the calls that were seen, where calls were looked at. */
function callsOf(windows: readonly Window[]): { calls?: ReadonlySet<string> } {
  const calls = windows.flatMap((window) => (window.calls ?? []).map(({ call }) => call.replace(/\+.*/, '')))
  return calls.length ? { calls: new Set(calls) } : {}
}

/** What was seen of the target in a stretch of time. */
interface Stretch {
  turnsPerSecond: number | null
  sane: Answers
  /** of the observer; null where there was none */
  cores: number | null
}

/**
 * What each look costs the target: the unobserved target is measured before the first and after each, so that a change of the load
 * meanwhile is not taken for a cost.
 */
export async function costs(
  subject: Subject,
  looks: readonly { name: string; look: (leaving: AsyncDisposableStack) => Promise<Window[]> }[],
): Promise<Record<string, ObserverCost>> {
  const alone = () => measure(subject, async () => void (await delay(MEASURE_MS)))
  const unobserved = [await alone()]
  const found: Record<string, ObserverCost> = {}
  for (const { name, look } of looks) {
    await using leaving = new AsyncDisposableStack()
    const observed = await measure(subject, () => look(leaving))
    await leaving.disposeAsync()
    unobserved.push(await alone())
    found[name] = cost(observed, mean(unobserved.slice(-2)))
  }
  const sane = unobserved.map((stretch) => stretch.sane).reduce(join)
  return { none: cost({ turnsPerSecond: mean(unobserved), sane, cores: null }), ...found }
}

const cost = ({ sane, ...seen }: Stretch, usual: number | null = null): ObserverCost => ({
  ...seen,
  turnsRatio: seen.turnsPerSecond === null || !usual ? null : seen.turnsPerSecond / usual,
  sane: summarise(sane),
})

/** Of turns a second; null where one is not known. */
function mean(stretches: readonly Stretch[]): number | null {
  let sum = 0
  for (const { turnsPerSecond } of stretches) {
    if (turnsPerSecond === null) return null
    sum += turnsPerSecond
  }
  return sum / stretches.length
}

/** The target's own rate of turns, and its sane requests, while something is done; of a look, while it was attached. */
async function measure(subject: Subject, act: () => Promise<Window[] | undefined>): Promise<Stretch> {
  subject.begin()
  const samples: Sample[] = []
  const sample = async () => {
    const { counters } = await subject.target.state()
    samples.push({ at: Date.now(), turns: counters.turns ?? 0 })
  }
  const acting = new AbortController()
  const sampling = (async () => {
    while (!acting.signal.aborted) {
      await sample()
      await delay(SAMPLE_MS, undefined, { signal: acting.signal }).catch(() => {})
    }
  })()
  // What fails is told by the await below; until then nobody else waits for it.
  sampling.catch(() => {})
  const windows = (await act()) ?? []
  acting.abort()
  await sampling
  await sample()
  const [from, to] = attached(windows) ?? [0, Infinity]
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  const used = windows.reduce((sum, window) => sum + window.cost * window.seconds, 0)
  return {
    turnsPerSecond: turnRate(samples.filter(({ at }) => at >= from && at <= to)),
    sane: subject.sane,
    cores: seconds > 0 ? used / seconds : null,
  }
}

interface Sample {
  /** ms since the epoch */
  at: number
  /** returns of the target's wait, as it counts them itself */
  turns: number
}

/** From when to when an observer was attached, ms since the epoch. */
function attached(windows: readonly Window[]): [number, number] | undefined {
  const first = windows[0]
  const last = windows.at(-1)
  return first && last && [first.start, last.start + last.seconds * 1000]
}

function turnRate(samples: readonly Sample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  return first && last && first.at < last.at ? (1000 * (last.turns - first.turns)) / (last.at - first.at) : null
}
