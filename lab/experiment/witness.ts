import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../runners/room.ts'
import type { Window } from '../windows/window.ts'
import type { ObserverCost } from './result.ts'
import { summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for a dozen sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 400

/** The target unobserved (`none`), and under its primary observer. */
export async function measureObserver(
  subject: Subject,
  name: string,
): Promise<{ none: ObserverCost; [observer: string]: ObserverCost }> {
  await subject.observer.detach()
  const none = await measure(subject, () => delay(LOOK_MS))
  subject.observer.attach()
  const primary = await measure(subject, () => delay(LOOK_MS))
  return { none, [name]: compare(primary, none, subject.windows) }
}

/** A short look by another observer, with nothing else attached. */
export async function callWitness(
  subject: Subject,
  room: Room,
  collector: Collector,
  none: ObserverCost,
  capture: (line: string) => void,
): Promise<{ windows: Window[]; cost: ObserverCost }> {
  const windows: Window[] = []
  await subject.observer.detach()
  const cost = await measure(subject, async () => {
    await using watch = collector.watch(room, subject.target.pid, { seconds: LOOK_MS / 1000, capture })
    for await (const window of watch) windows.push(window)
  })
  return { windows, cost: compare(cost, none, windows) }
}

/** The target's own rate of turns, and its sane requests, while `look` runs. */
async function measure(subject: Subject, look: () => Promise<unknown>): Promise<ObserverCost> {
  subject.begin()
  const first = await subject.facts()
  await look()
  const last = await subject.facts()
  const turns = (last.target.counters.turns ?? 0) - (first.target.counters.turns ?? 0)
  return {
    turnsPerSecond: (1000 * turns) / (last.at - first.at),
    turnsRatio: null,
    sane: summarise(last.sane),
    cores: null,
  }
}

function compare(observed: ObserverCost, none: ObserverCost, windows: readonly Window[]): ObserverCost {
  return {
    ...observed,
    turnsRatio: none.turnsPerSecond > 0 ? observed.turnsPerSecond / none.turnsPerSecond : null,
    cores: windows.length ? windows.reduce((sum, window) => sum + window.cost, 0) / windows.length : null,
  }
}
