import type { SpinClass, Suspicion } from './finding.ts'
import { coresOf, type Futility, futilityOf } from './futility.ts'
import { processWide } from './process-wide.ts'
import { type Sight, sum } from './sight.ts'
import { describe, rate } from './words.ts'

/** Loops over descriptors of one class; descriptors of one kind whose turns end alike are one loop. */
export function loops(sight: Sight, wanted: SpinClass): Suspicion[] {
  const rows = sight.perDescriptor ? sight.descriptors : processWide(sight)
  const futile = rows
    .map((descriptor) => futilityOf(descriptor, sight))
    .filter((found) => found?.class === wanted) as Futility[]
  const groups = Map.groupBy(futile, ({ descriptor, end }) => `${descriptor.kind} ${end}`)
  return [...groups.values()].map((group) =>
    suspect(
      group.toSorted((a, b) => b.turns - a.turns),
      sight,
    ),
  )
}

function suspect(group: Futility[], sight: Sight): Suspicion {
  const [worst] = group as [Futility, ...Futility[]]
  const turns = sum(group.map((futility) => futility.turns))
  const useful = sum(group.map(({ descriptor }) => descriptor.useful))
  const { descriptor } = worst
  return {
    class: worst.class,
    turns,
    cores: coresOf(turns, sight),
    ...(descriptor.fd >= 0 && { subject: { pid: descriptor.pid, fd: descriptor.fd } }),
    numbers: { turns: turns / sight.seconds, useful: useful / sight.seconds, descriptors: group.length },
    text: `${describe(descriptor, group.length)} ${deed(worst)} ${rate(turns / sight.seconds)}, useful ${rate(useful / sight.seconds)}`,
  }
}

function deed({ class: spin, end, descriptor }: Futility): string {
  if (spin === 'unconsumed-readiness')
    return end === 'no call' ? 'is ready and nothing is done with it' : `is ready and all that is done is ${end}`
  const wakes = descriptor.ready > 0 ? 'is ready, ' : ''
  if (end === 'read = 0') return `${wakes}read = 0 (end of stream)`
  if (descriptor.kind === 'listener') return `${wakes}accept fails with ${end}`
  return `${wakes}ends in ${end}`
}
