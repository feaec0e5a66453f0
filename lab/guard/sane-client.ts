import type { LatencySummary } from '../experiment/cost.ts'
import { SaneReport, type SaneTally } from '../experiment/facts.ts'
import { addReport, noRequests, summarise } from '../experiment/sane.ts'
import { TrafficClient } from '../experiment/traffic.ts'
import type { Room } from '../stage/room.ts'
import { endpoint, type Port } from './port.ts'

/** Requests a second. */
const SANE_RATE = 10

/** Sane traffic to one port; `tally` grows. */
export class SaneClient implements AsyncDisposable {
  tally: SaneTally = noRequests
  readonly #client: TrafficClient<SaneReport>

  constructor(room: Room, port: Port, seed: number) {
    const { tls, http } = port.protocol
    const flags = ['--to', endpoint(port), '--rate', `${SANE_RATE}`, '--seed', `${seed}`]
    const http1 = ['--any-status', '--server-name', 'localhost', tls ? '--any-certificate' : '--plain']
    let previous: SaneReport | undefined
    this.#client = new TrafficClient(
      room,
      http ? { client: 'sanity', flags: [...flags, ...http1] } : { client: 'connect-sanity', flags },
      SaneReport,
      (report) => {
        this.tally = addReport(this.tally, report, previous)
        previous = report
      },
    )
  }

  [Symbol.asyncDispose]() {
    return this.#client[Symbol.asyncDispose]()
  }
}

/** Sane connections since the last time of asking. */
export function tell(clients: readonly SaneClient[]): LatencySummary {
  const tallies = clients.map((client) => {
    const tally = client.tally
    client.tally = noRequests
    return tally
  })
  const sum = (of: 'ok' | 'failed') => tallies.reduce((total, tally) => total + tally[of], 0)
  const errors: Record<string, number> = {}
  for (const [code, count] of tallies.flatMap((tally) => Object.entries(tally.errors)))
    errors[code] = (errors[code] ?? 0) + count
  const latencies = tallies.flatMap((tally) => tally.latencies)
  return summarise({ ...noRequests, ok: sum('ok'), failed: sum('failed'), latencies, errors })
}
