import { runClient } from './client.ts'
import type { Conversation, Ending } from './conversation.ts'
import { catalogue as hellos } from './hello-catalogue.ts'
import type { Random } from './random.ts'
import { catalogue as requests } from './request-catalogue.ts'
import { Storm, type StormFlags, stormCommand } from './storm.ts'

interface ChurnFlags extends StormFlags {
  tls: boolean
}

/** How a connection ends that never came to anything. */
const ENDINGS = ['fin', 'rst', 'stall'] as const satisfies Ending[]
const MAX_PIECES = 4
/** ms */
const MAX_PAUSE = 40

/** Part of a beginning, torn into pieces of any size at any pace, and then gone: at once, or after a while. */
function tear(whole: Buffer, ending: Ending, random: Random): Conversation {
  const pieces = random.between(0, MAX_PIECES)
  const ends = Array.from({ length: pieces }, () => random.between(0, whole.length)).toSorted((a, b) => a - b)
  const chunks = ends.map((end, i) => ({
    after: random.between(0, MAX_PAUSE),
    bytes: whole.subarray(ends[i - 1] ?? 0, end),
  }))
  return { chunks: chunks.filter(({ bytes }) => bytes.length > 0), ending, lingers: random.between(0, MAX_PAUSE) }
}

await runClient<ChurnFlags>(
  stormCommand(
    'churn',
    'Opens connections, says a bit or nothing, ends them by FIN, RST or silence, and comes again.',
  ).option('--tls', 'what they say begins TLS, and not a plain request', false),
  ({ tls, ...flags }) =>
    new Storm(flags, ENDINGS, (ending, random) => {
      const { chunks } = tls
        ? hellos.valid.converse(random, 'localhost')
        : requests['request-then-rst'].converse(random)
      return tear(Buffer.concat(chunks.map(({ bytes }) => bytes)), ending, random)
    }),
)
