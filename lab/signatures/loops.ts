import { coresOf } from './cost.ts'
import type { Cause, SpinClass, Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import { type Futility, futilityOf } from './futility.ts'
import type { SeenDescriptor, Sight } from './sight.ts'
import { groupBy, sum } from './sums.ts'
import { describe, rate } from './words.ts'

/** Loops over descriptors of one class. Descriptors of one kind whose turns end alike are one loop. */
export function loops(sight: Sight, wanted: SpinClass): Suspicion[] {
  if (sight.seconds === 0) return []
  const futile = sight.descriptors
    .flatMap((row) => futilityOf(row, sight) ?? [])
    .filter((found) => found.class === wanted)
  return groupBy(
    futile.toSorted((a, b) => b.turns - a.turns),
    ({ descriptor, end }) => `${descriptor.pid} ${descriptor.kind} ${end}`,
  ).map((group) => suspect(group, sight))
}

function suspect(group: [Futility, ...Futility[]], sight: Sight): Suspicion {
  const [worst] = group
  const { descriptor } = worst
  const turns = sum(group.map((futility) => futility.turns))
  const useful = sum(group.map((futility) => futility.descriptor.useful))
  return {
    class: worst.class,
    cause: causeOf(worst),
    turns,
    cores: coresOf(turns, sight, calls),
    evidence: sight.perDescriptor ? 'counted' : 'summed',
    ...(descriptor.fd >= 0 && { subject: { pid: descriptor.pid, fd: descriptor.fd } }),
    numbers: { turns: turns / sight.seconds, useful: useful / sight.seconds, descriptors: group.length },
    text: `${describe(descriptor, group.length)} ${deed(worst)} ${rate(turns / sight.seconds)}, useful calls ${rate(useful / sight.seconds)}`,
  }
}

function deed({ class: spin, end, descriptor }: Futility): string {
  if (end === 'connect') return 'is connected anew, and no byte ever comes of it,'
  const wakes = descriptor.ready > 0 ? 'is ready, ' : ''
  if (spin === 'unconsumed-readiness')
    return end ? `is ready, and all that is done is ${end}` : 'is ready, and nothing is done with it'
  if (end === 'read = 0') return `${wakes}read returns 0 (end of stream)`
  if (descriptor.kind === 'listener') return `${wakes}accept fails with ${end}`
  return `${wakes}each turn ends in ${end}`
}

function causeOf({ class: spin, end, descriptor }: Futility): Cause {
  if (spin === 'error-loop') {
    if (end === 'EMFILE' || end === 'ENFILE') return 'descriptor-table-full'
    if (end === 'read = 0') return 'end-of-stream-ignored'
    if (end === 'send = EAGAIN') return 'send-retried'
    return descriptor.state === 'ESTAB' || descriptor.kind !== 'socket' ? 'error-retried' : 'connect-retried'
  }
  if (spin === 'empty-wakeups') return 'paced-retry'
  if (spin === 'userland-loop') return 'read-retried'
  return neglected(descriptor, end)
}

/** Why a ready descriptor is reported again. */
function neglected(descriptor: SeenDescriptor, end: string): Cause {
  const { kind, state, recvQueue = 0, orphan } = descriptor
  if (end === 'MSG_PEEK') return 'peeked-not-read'
  // Of a row that sums up the whole process there is no number, and no more to say.
  if (descriptor.pid < 0) return 'bytes-not-read'
  if (orphan || descriptor.fd < 0) return 'closed-but-registered'
  if (kind === 'listener') return 'herd'
  if (kind !== 'socket' && kind !== 'pipe' && kind !== 'unknown') return 'bell-not-read'
  // A FIN that nobody has read counts as a byte (tcp_fin of net/ipv4/tcp_input.c moves rcv_nxt by it).
  if (recvQueue > (state === 'CLOSE-WAIT' ? 1 : 0)) return 'bytes-not-read'
  return descriptor.reported === undefined ? byState(descriptor) : byEvents(descriptor.reported, state)
}

function byEvents(reported: string, state: string | undefined): Cause {
  const has = (...names: string[]) => reported.split('|').some((name) => names.includes(name))
  if (has('NVAL')) return 'wait-fails'
  if (has('HUP', 'ERR')) return 'hang-up-ignored'
  if (state === 'CLOSE-WAIT' && has('IN', 'RDHUP')) return 'half-closed-ignored'
  return has('IN', 'PRI') ? 'bytes-not-read' : 'writable-registered'
}

/** Where the observer does not tell what was reported. */
function byState({ state, events = '' }: SeenDescriptor): Cause {
  if (state === 'UNCONN') return 'hang-up-ignored'
  if (state === 'CLOSE-WAIT') return 'half-closed-ignored'
  return events.includes('OUT') ? 'writable-registered' : 'hang-up-ignored'
}
