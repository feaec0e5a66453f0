import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../stage/room.ts'
import { joinProcess } from '../windows/join-process.ts'
import { secondsOf, type Window } from '../windows/window.ts'
import type { ObserverCost } from './cost.ts'
import { type Answers, summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for several sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 200
/** The target is left alone for so long, and seen for so long by who judges, whose verdict is known (ms). */
const MEASURE_MS = 200
/** ms between two questions to the target for its events */
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

/** The judging observer at work as in the phase before, until it has seen enough to tell what it costs. */
async function lookOfJudge(subject: Subject): Promise<Window[]> {
  while (1000 * secondsOf(subject.windows) < MEASURE_MS && !subject.casualty) await subject.nextWindow(MEASURE_MS)
  return subject.windows
}

/** Names of the calls that were seen, where calls were looked at. */
function callsOf(windows: readonly Window[]): { calls?: ReadonlySet<string> } {
  const calls = windows.flatMap((window) => (window.calls ?? []).map(({ call }) => call.replace(/\+.*/, '')))
  return calls.length ? { calls: new Set(calls) } : {}
}

/** What was seen of the target in a stretch of time. */
interface Stretch {
  eventsPerSecond: number | null
  sane: Answers
  /** of the observer; null where there was none */
  cores: number | null
}

/** A look of one witness. */
export interface Look {
  name: string
  look(leaving: AsyncDisposableStack): Promise<Window[]>
}

/** What each look costs the target, beside the same target unobserved: when the judge, who is still attached, has let go. */
export async function costs(
  subject: Subject,
  judge: string,
  looks: readonly Look[],
): Promise<Record<string, ObserverCost>> {
  await using leaving = new AsyncDisposableStack()
  const observed = { [judge]: await measure(subject, () => lookOfJudge(subject)) }
  await subject.observer.detach()
  const alone = await measure(subject, async () => void (await delay(MEASURE_MS)))
  for (const { name, look } of looks) observed[name] = await measure(subject, () => look(leaving))
  const found = Object.entries(observed).map(([name, stretch]) => [name, cost(stretch, alone.eventsPerSecond)])
  return { none: cost(alone), ...Object.fromEntries(found) }
}

const cost = ({ sane, ...seen }: Stretch, usual: number | null = null): ObserverCost => ({
  ...seen,
  eventsRatio: seen.eventsPerSecond === null || !usual ? null : seen.eventsPerSecond / usual,
  sane: summarise(sane),
})

/** The target's own rate of events, and its sane requests, while something is done; of a look, while it was attached. */
async function measure(subject: Subject, act: () => Promise<Window[] | undefined>): Promise<Stretch> {
  subject.begin()
  const samples: Sample[] = []
  const sample = async () => {
    const { counters } = await subject.target.state()
    samples.push({ at: Date.now(), events: (counters.turns ?? 0) + (counters.ready_events ?? 0) })
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
  const seconds = secondsOf(windows)
  const used = windows.reduce((sum, window) => sum + window.cost * window.seconds, 0)
  return {
    eventsPerSecond: eventRate(samples.filter(({ at }) => at >= from && at <= to)),
    sane: subject.sane,
    cores: seconds > 0 ? used / seconds : null,
  }
}

interface Sample {
  /** ms since the epoch */
  at: number
  /** returns of the target's wait and the ready descriptors they brought, as it counts them itself: turns alone fall as each brings more */
  events: number
}

/** From when to when an observer was attached, ms since the epoch. */
function attached(windows: readonly Window[]): [number, number] | undefined {
  const first = windows[0]
  const last = windows.at(-1)
  return first && last && [first.start, last.start + last.seconds * 1000]
}

function eventRate(samples: readonly Sample[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  return first && last && first.at < last.at ? (1000 * (last.events - first.events)) / (last.at - first.at) : null
}
