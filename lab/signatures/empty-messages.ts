import { coresOf } from './cost.ts'
import type { Suspicion } from './finding.ts'
import { calls } from './frames.ts'
import { AGAIN, STORM } from './futility.ts'
import { READS } from './process-wide.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { rate, short } from './words.ts'

/** Bytes a call: bulk senders fill at least this much, endless empty frames do not. */
const BULK = 8192
/** Writes for each time that a thread went to sleep: a sender that waits for its source, its peer or its clock does not come to this. Measured: 7 and more in loops, below 1 with heartbeats. */
const TALKING = 5
/** Bytes that come in for each that goes out. Measured: below 1e-6 in loops; a request for each answer is 1e-3 and more. */
const ASKED_FOR = 1e-3

/** Writes of nothing for each useful call. Measured: 0.2 where each answer ends with one (PHP's own web server); 10 and more in loops. */
const EMPTY_PER_USEFUL = 2

/** Not sendfile and splice: with these the other descriptor has come to its end. */
const WRITES = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg']

/** Writes that succeed and carry nothing. */
export function emptyMessages(sight: Sight): Suspicion[] {
  return [...emptyFrames(sight), ...nothingSent(sight)]
}

/** Nothing is left to send, and the loop sends it again. Measured: no such call in any healthy server, but for datagrams, which may be empty and are read so as well. */
function nothingSent(sight: Sight): Suspicion[] {
  const zero = (names: readonly string[]) => sum(names.map((name) => sight.calls.get(name)?.zero ?? 0))
  const ended = sum(sight.descriptors.map(({ eof }) => eof))
  const turns = zero(WRITES) - Math.max(0, zero(READS) - ended)
  if (turns < Math.max(AGAIN, STORM * sight.seconds, EMPTY_PER_USEFUL * sight.progress)) return []
  return [
    {
      class: 'userland-loop',
      cause: 'empty-messages',
      turns,
      cores: coresOf(turns, sight, calls),
      evidence: 'counted',
      numbers: { turns: turns / sight.seconds, bytesPerTurn: 0 },
      text: `writes of nothing succeed ${rate(turns / sight.seconds)}`,
    },
  ]
}

/** One way only, nothing asked for them, the peer never holds them up, and the processor is the limit. */
function emptyFrames(sight: Sight): Suspicion[] {
  const { process, descriptors, seconds, perDescriptor } = sight
  // Who does not tell descriptors apart counts no bytes either.
  if (!perDescriptor) return []
  const talkers = descriptors.filter(
    ({ kind, useful, bytesOut, sendAgain, ready }) =>
      kind === 'socket' && useful > 0 && bytesOut < BULK * useful && sendAgain + ready <= useful / 100,
  )
  const turns = sum(talkers.map(({ useful }) => useful))
  const [worst] = talkers.toSorted((a, b) => b.useful - a.useful)
  // Of each descriptor: who tells many the same writes often, to each of them once.
  if (!worst || !process || worst.useful < TALKING * process.voluntary * seconds) return []
  // An eventfd brings 8 bytes that mean nothing, and a runtime reads a limit from a file now and then.
  const asked = sum(descriptors.map(({ kind, bytesIn }) => (kind === 'eventfd' ? 0 : bytesIn)))
  if (asked > ASKED_FOR * sum(talkers.map(({ bytesOut }) => bytesOut))) return []
  return [
    {
      class: 'userland-loop',
      cause: 'empty-messages',
      turns,
      cores: coresOf(turns, { ...sight, progress: Math.max(0, sight.progress - turns) }, calls),
      evidence: 'absence',
      subject: { pid: worst.pid, fd: worst.fd },
      numbers: { turns: turns / seconds, bytesPerTurn: worst.bytesOut / worst.useful },
      text: `socket fd ${worst.fd} is written to ${rate(turns / seconds)} (${short(worst.bytesOut / worst.useful)} bytes each) without a pause, and nothing comes in that could ask for it`,
    },
  ]
}
