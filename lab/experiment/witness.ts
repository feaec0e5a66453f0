import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../runners/room.ts'
import type { Window } from '../windows/window.ts'
import type { ObserverCost } from './result.ts'
import { summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for several sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 200

/** A short look with nothing else attached. */
export async function look(
  subject: Subject,
  room: Room,
  collector: Collector,
  capture: (line: string) => void,
): Promise<Window[]> {
  const windows: Window[] = []
  await using watch = collector.watch(room, subject.target.pid, { seconds: LOOK_MS / 1000, capture })
  for await (const window of watch) windows.push(window)
  return windows
}

/**
 * What each look costs the target: the unobserved target is measured before the first and after each, so that a change of the load
 * meanwhile is not taken for a cost.
 */
export async function costs(
  subject: Subject,
  looks: readonly { name: string; look: () => Promise<Window[]> }[],
): Promise<Record<string, ObserverCost>> {
  const unobserved = () => measure(subject, () => delay(LOOK_MS))
  const none = await unobserved()
  const found: Record<string, ObserverCost> = { none }
  let before = none
  for (const { name, look } of looks) {
    let windows: Window[] = []
    const cost = await measure(subject, async () => {
      windows = await look()
    })
    const after = await unobserved()
    const turns = (before.turnsPerSecond + after.turnsPerSecond) / 2
    const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
    const used = windows.reduce((sum, window) => sum + window.cost * window.seconds, 0)
    found[name] = {
      ...cost,
      turnsRatio: turns > 0 ? cost.turnsPerSecond / turns : null,
      cores: seconds > 0 ? used / seconds : null,
    }
    before = after
  }
  return found
}

/** The target's own rate of turns, and its sane requests, while something is done. */
async function measure(subject: Subject, during: () => Promise<unknown>): Promise<ObserverCost> {
  subject.begin()
  const first = await subject.facts()
  await during()
  const last = await subject.facts()
  const turns = (last.target.counters.turns ?? 0) - (first.target.counters.turns ?? 0)
  return {
    turnsPerSecond: (1000 * turns) / (last.at - first.at),
    turnsRatio: null,
    sane: summarise(last.sane),
    cores: null,
  }
}
