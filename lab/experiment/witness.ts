import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../stage/room.ts'
import { joinProcess } from '../windows/join-process.ts'
import type { Window } from '../windows/window.ts'
import type { ObserverCost } from './cost.ts'
import type { Facts } from './facts.ts'
import { summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for several sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 300
/** ms between two questions to the target for its turns */
const SAMPLE_MS = 20

/**
 * A short look with nothing else attached but what sees the process, where the observer itself does not.
 * `leaving`: whoever waits for it knows that the observer has let go.
 */
export async function look(
  subject: Subject,
  room: Room,
  { collector, process }: { collector: Collector; process?: Collector | undefined },
  capture: (line: string) => void,
  leaving: AsyncDisposableStack,
): Promise<Window[]> {
  const options = { seconds: LOOK_MS / 1000 }
  const watch = leaving.use(collector.watch(room, subject.pid, { ...options, capture }))
  if (collector.whole || !process) return Array.fromAsync(watch)
  const beside = leaving.use(process.watch(room, subject.pid, options))
  const [windows, processes] = await Promise.all([Array.fromAsync(watch), Array.fromAsync(beside)])
  return joinProcess(windows, processes)
}

/**
 * What each look costs the target: the unobserved target is measured before the first and after each, so that a change of the load
 * meanwhile is not taken for a cost.
 */
export async function costs(
  subject: Subject,
  looks: readonly { name: string; look: (leaving: AsyncDisposableStack) => Promise<Window[]> }[],
): Promise<Record<string, ObserverCost>> {
  const unobserved = () => measure(subject, async () => void (await delay(LOOK_MS)))
  const none = await unobserved()
  const found: Record<string, ObserverCost> = { none }
  let before = none
  for (const { name, look } of looks) {
    await using leaving = new AsyncDisposableStack()
    const cost = await measure(subject, () => look(leaving))
    await leaving.disposeAsync()
    const after = await unobserved()
    found[name] = { ...cost, turnsRatio: ratio(cost, before, after) }
    before = after
  }
  return found
}

/** The target's own rate of turns, and its sane requests, while something is done; of a look, while it was attached. */
async function measure(subject: Subject, act: () => Promise<Window[] | undefined>): Promise<ObserverCost> {
  subject.begin()
  const samples: Facts[] = []
  const acting = new AbortController()
  const sampling = (async () => {
    while (!acting.signal.aborted) {
      samples.push(await subject.facts())
      await delay(SAMPLE_MS, undefined, { signal: acting.signal }).catch(() => {})
    }
  })()
  // What fails is told by the await below; until then nobody else waits for it.
  sampling.catch(() => {})
  const windows = (await act()) ?? []
  acting.abort()
  await sampling
  const last = await subject.facts()
  const [from, to] = attached(windows) ?? [0, Infinity]
  const inside = [...samples, last].filter((sample) => sample.at >= from && sample.at <= to)
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  const used = windows.reduce((sum, window) => sum + window.cost * window.seconds, 0)
  return {
    turnsPerSecond: turnRate(inside),
    turnsRatio: null,
    sane: summarise(last.sane),
    cores: seconds > 0 ? used / seconds : null,
  }
}

/** From when to when an observer was attached, ms since the epoch. */
function attached(windows: readonly Window[]): [number, number] | undefined {
  const first = windows[0]
  const last = windows.at(-1)
  return first && last && [first.start, last.start + last.seconds * 1000]
}

function turnRate(samples: readonly Facts[]): number | null {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || first.at === last.at) return null
  return (1000 * ((last.target.counters.turns ?? 0) - (first.target.counters.turns ?? 0))) / (last.at - first.at)
}

function ratio(observed: ObserverCost, before: ObserverCost, after: ObserverCost): number | null {
  const rates = [observed.turnsPerSecond, before.turnsPerSecond, after.turnsPerSecond]
  const [turns = null, earlier = null, later = null] = rates
  return turns === null || !earlier || !later ? null : turns / ((earlier + later) / 2)
}
