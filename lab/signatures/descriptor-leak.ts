import type { Finding } from './finding.ts'
import type { Sight } from './sight.ts'
import { short } from './words.ts'

/** Growth that one burst of connections could also be is no leak: it must go on in most of the windows, and hardly ever turn back. */
const STEPS = 4

/** Descriptors that are opened and not closed. It burns nothing, so it is no spin. */
export function descriptorLeak(sight: Sight): Finding[] {
  const { fds, process } = sight
  const first = fds[0]
  const last = fds.at(-1)
  if (!process || first === undefined || last === undefined) return []
  const steps = fds.slice(1).map((n, i) => n - (fds[i] ?? n))
  const up = steps.filter((step) => step > 0).length
  const down = steps.filter((step) => step < 0).length
  if (up < STEPS || down > up / 10) return []
  return [
    {
      name: 'descriptor-leak',
      spin: false,
      numbers: { opened: last - first, fds: last, limit: process.fdLimit },
      text: `descriptors grow from ${first} to ${last} and hardly one is closed; the limit is ${short(process.fdLimit)}`,
    },
  ]
}
