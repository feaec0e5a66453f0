import { fileURLToPath } from 'node:url'
import { unsupported } from '../errors.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'
import type { Room } from '../runners/room.ts'
import type { Collector, Lack } from './collector.ts'

const FOLDER = fileURLToPath(new URL('observers', import.meta.url))

export interface Choice {
  /** judges */
  primary: Collector
  /** why it, in words for the report */
  why: string
  /** those that work here and can check what it says, best first */
  witnesses: Collector[]
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
 * Throws when the named one, or every one, does not work here.
 */
export async function chooseCollectors(room: Room, name: string): Promise<Choice> {
  const all = await allCollectors()
  const named = name === 'auto' ? undefined : await loadCollector(name)
  const lacks = await Promise.all(
    all.map(async (collector) => ({ name: collector.name, lack: await collector.lack(room) })),
  )
  const missing = lacks.flatMap(({ name, lack }) => (lack ? [{ name, ...lack }] : []))
  const works = (collector: Collector) => !missing.some((lack) => lack.name === collector.name)
  const primary = named ?? all.find((collector) => collector.rank !== undefined && works(collector))
  if (!primary) throw unsupported(`no observer works here: ${missing.map(describe).join('; ')}`)
  const lack = missing.find((candidate) => candidate.name === primary.name)
  if (lack) throw unsupported(describe(lack))
  const better = missing.filter((candidate) => all.findIndex((c) => c.name === candidate.name) < all.indexOf(primary))
  return {
    primary,
    why: named ? `${name} was asked for` : reason(primary, better),
    witnesses: all.filter((collector) => collector.witness && collector !== primary && works(collector)),
    missing,
  }
}

const describe = ({ name, missing, remedy }: Lack & { name: string }) => `${name}: ${missing} (${remedy})`

function reason({ name, blind }: Collector, better: readonly (Lack & { name: string })[]): string {
  const instead = better.length
    ? `${name} instead of ${better.map(describe).join(', ')}`
    : `${name} is the best there is`
  return blind ? `${instead}; it does not show ${blind}` : instead
}
