import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import type { Room } from '../runners/room.ts'
import type { Window } from '../windows/window.ts'
import type { ObserverCost } from './result.ts'
import { summarise } from './sane.ts'
import type { Subject } from './subject.ts'

/** Length of one look (ms): long enough for ten sane requests, short enough for an observer that slows its target. */
const LOOK_MS = 250

/** A short look with nothing else attached: what it finds, and what it costs beside the moments before and after it. */
export async function look(
  subject: Subject,
  room: Room,
  collector: Collector,
  capture: (line: string) => void,
): Promise<{ windows: Window[]; cost: ObserverCost; unobserved: ObserverCost }> {
  const windows: Window[] = []
  await subject.observer.detach()
  const before = await measure(subject, () => delay(LOOK_MS))
  const cost = await measure(subject, async () => {
    await using watch = collector.watch(room, subject.target.pid, { seconds: LOOK_MS / 1000, capture })
    for await (const window of watch) windows.push(window)
  })
  const after = await measure(subject, () => delay(LOOK_MS))
  const turnsPerSecond = (before.turnsPerSecond + after.turnsPerSecond) / 2
  return {
    windows,
    cost: {
      ...cost,
      turnsRatio: turnsPerSecond > 0 ? cost.turnsPerSecond / turnsPerSecond : null,
      cores: windows.length ? windows.reduce((sum, window) => sum + window.cost, 0) / windows.length : null,
    },
    unobserved: { ...before, turnsPerSecond },
  }
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
