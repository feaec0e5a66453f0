import type { SpinClass, Suspicion } from './finding.ts'
import type { Sight, StuckDescriptor } from './sight.ts'
import { describe } from './words.ts'

/** Looks that must agree: bytes that wait for a busy server's next turn are gone at the next look. */
const LOOKS = 2

/**
 * Where calls cannot be counted: a level-triggered registration with the same unread bytes in every look makes each wait return at once,
 * so whatever CPU the process burns, it burns in that loop or in place of consuming them.
 */
export function stuckRegistrations(sight: Sight, wanted: SpinClass): Suspicion[] {
  if (sight.seconds > 0 || sight.looks < LOOKS) return []
  const stuck = sight.stuck.filter(({ looks }) => looks === sight.looks).filter((one) => classOf(one, sight) === wanted)
  const [first] = stuck
  if (!first) return []
  const { descriptor } = first
  const full = wanted === 'error-loop' ? `, and the descriptor table is full (${sight.process?.fds})` : ''
  return [
    {
      class: wanted,
      cause: full
        ? 'descriptor-table-full'
        : descriptor.state === 'CLOSE-WAIT'
          ? 'half-closed-ignored'
          : 'bytes-not-read',
      turns: sight.looks,
      cores: sight.cores,
      evidence: 'state',
      subject: { pid: descriptor.pid, fd: descriptor.fd },
      numbers: { looks: sight.looks, descriptors: stuck.length, recvQueue: descriptor.recvQueue ?? 0 },
      text: `${describe(descriptor, stuck.length)} must be reported by every wait (registered ${descriptor.events}, ${descriptor.recvQueue ?? 0} waiting in it), and did not change in ${sight.looks} looks${full}`,
    },
  ]
}

function classOf({ descriptor }: StuckDescriptor, { process }: Sight): SpinClass {
  const full = process && process.fds >= process.fdLimit
  return full && descriptor.kind === 'listener' ? 'error-loop' : 'unconsumed-readiness'
}
