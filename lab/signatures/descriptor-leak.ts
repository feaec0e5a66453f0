import type { Finding } from './finding.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { short } from './words.ts'

/** Windows in which descriptors grew: one burst of connections is no leak. */
const STEPS = 4
/** Connections in CLOSE-WAIT through all looks that are no leftovers of an ordinary end. */
const ABANDONED = 10

/** Descriptors that are opened, or done with, and not closed. It burns nothing, so it is no spin. */
export function descriptorLeak(sight: Sight): Finding[] {
  return [...growth(sight), ...abandoned(sight)].slice(0, 1)
}

/** Connections that clients hold come with growth too: a leak needs peers that have left, or descriptors that nobody connected for. */
function growth(sight: Sight): Finding[] {
  const { fds, process, sockets } = sight
  const first = fds[0]
  const last = fds.at(-1)
  if (!process || first === undefined || last === undefined) return []
  const steps = fds.slice(1).map((n, i) => n - (fds[i] ?? n))
  const up = steps.filter((step) => step > 0).length
  const down = steps.filter((step) => step < 0).length
  if (up < STEPS || down > up / 10) return []
  const left = sockets?.find(({ state }) => state === 'CLOSE-WAIT')?.count ?? 0
  const held = left < ABANDONED && accepted(sight) >= (last - first) / 2
  const grown = `descriptors grow from ${first} to ${last}, and hardly one is closed; the limit is ${short(process.fdLimit)}`
  return [
    {
      name: held ? 'descriptor-growth' : 'descriptor-leak',
      spin: false,
      numbers: { opened: last - first, fds: last, limit: process.fdLimit },
      text: held ? `${grown}. Clients connect and stay: it is a leak if it goes on when they leave` : grown,
    },
  ]
}

/** Connections taken in the whole time, by those that were counted. */
function accepted({ descriptors, seconds, span }: Sight): number {
  const counted = sum(descriptors.map(({ kind, useful }) => (kind === 'listener' ? useful : 0)))
  return seconds > 0 ? (counted * span) / seconds : 0
}

function abandoned({ abandoned: count, sockets, process }: Sight): Finding[] {
  const connections = sum((sockets ?? []).map(({ state, count: n }) => (state === 'LISTEN' ? 0 : n)))
  if (!Number.isFinite(count) || count < ABANDONED || count < connections / 2) return []
  return [
    {
      name: 'descriptor-leak',
      spin: false,
      numbers: { abandoned: count, fds: process?.fds ?? 0, limit: process?.fdLimit ?? 0 },
      text: `${count} connections are in CLOSE-WAIT: the peer has ended, and nobody closes them`,
    },
  ]
}
