import { fileURLToPath } from 'node:url'
import { unsupported } from '../errors.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'
import type { Room } from '../stage/room.ts'
import type { Collector, Lack } from './collector.ts'

const FOLDER = fileURLToPath(new URL('observers', import.meta.url))

export interface Choice {
  /** judges */
  primary: Collector
  /** sees the process where the primary does not */
  beside?: Collector
  /** sees the process for the least, beside a witness that does not */
  process?: Collector
  /** why it, in words for the report */
  why: string
  /** those that work here and can check what it says, best first */
  witnesses: Collector[]
  /** those that were tried and do not work here; what is worse than the primary and no witness is not tried */
  missing: (Lack & { name: string })[]
}

export const loadCollector = (name: string) => loadModule<Collector>('collector', FOLDER, name)

/** All observers, best first. */
export async function allCollectors(): Promise<Collector[]> {
  const all = await Promise.all(moduleNames(FOLDER).map(loadCollector))
  return all.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity))
}

/**
 * The collector with this name, or for `auto` the best that works in this room:
 * probe (calls, timeouts, descriptors and stacks, for the least), bpftrace (calls and timeouts in full, stacks, no descriptors),
 * perf (no descriptors, timeouts in part), strace (descriptors, but it changes what it sees), procfs (no calls).
 * `alone`: without witnesses, which then are not tried. Throws when the named one, or every one, does not work here.
 */
export async function chooseCollectors(
  room: Room,
  name: string,
  { alone = false }: { alone?: boolean | undefined } = {},
): Promise<Choice> {
  const named = name === 'auto' ? undefined : await loadCollector(name)
  const all = await allCollectors()
  const trials = new Map<Collector, Promise<Lack | undefined>>()
  const lackOf = (collector: Collector) => {
    const trial = trials.get(collector) ?? collector.lack(room)
    trials.set(collector, trial)
    return trial
  }
  const witnesses = alone ? [] : all.filter((collector) => collector.witness)
  // All at once: the trials of witnesses are over by the time that the primary is found.
  for (const witness of witnesses) void lackOf(witness)
  const primary = await firstThatWorks(
    named ? [named] : all.filter((collector) => collector.rank !== undefined),
    lackOf,
  )
  const lacks = await Promise.all([...trials].map(async ([collector, trial]) => ({ collector, lack: await trial })))
  const missing = lacks.flatMap(({ collector, lack }) => (lack ? [{ name: collector.name, ...lack }] : []))
  if (!primary) {
    const reasons = missing.filter((lack) => !named || lack.name === named.name)
    throw unsupported(reasons.map(describe).join('; '))
  }
  const works = (collector: Collector) => !missing.some((lack) => lack.name === collector.name)
  const better = all.slice(0, all.indexOf(primary)).map((collector) => collector.name)
  const process = all.findLast((collector) => collector.whole && works(collector))
  return {
    primary,
    ...(process && { process, ...(!primary.whole && { beside: process }) }),
    why: named
      ? `${name} was asked for`
      : reason(
          primary,
          missing.filter((lack) => better.includes(lack.name)),
        ),
    witnesses: witnesses.filter((witness) => witness !== primary && works(witness)),
    missing,
  }
}

async function firstThatWorks(
  collectors: readonly Collector[],
  lackOf: (collector: Collector) => Promise<Lack | undefined>,
): Promise<Collector | undefined> {
  for (const collector of collectors) if (!(await lackOf(collector))) return collector
  return undefined
}

const describe = ({ name, missing, remedy }: Lack & { name: string }) => `${name}: ${missing} (${remedy})`

function reason({ name, blind }: Collector, better: readonly (Lack & { name: string })[]): string {
  const instead = better.length
    ? `${name} instead of ${better.map(describe).join(', ')}`
    : `${name} is the best there is`
  return blind ? `${instead}; it does not show ${blind}` : instead
}
