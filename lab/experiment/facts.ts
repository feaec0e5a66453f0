import { z } from 'zod'
import { GoSnapshot } from '../go-runtime/snapshot.ts'
import { TargetState } from '../stage/target-state.ts'
import { Files } from '../windows/kernel-tables.ts'
import { SocketRow } from '../windows/proc-net-tcp.ts'

const count = z.number().int().nonnegative()

/** What a chaos client reports of itself; counts grow from its start. */
export const ChaosStatistics = z.looseObject({
  at: z.number(),
  due: count,
  started: count,
  /** of these, connections that are not made yet */
  connecting: count.default(0),
  held: count,
  closedByServer: count,
  errors: z.record(z.string(), count),
  /** arrivals a second */
  targetRate: z.number(),
  achievedRate: z.number(),
  /** it could not keep its schedule, so the load was not what the scenario declares */
  saturated: z.boolean(),
})
export type ChaosStatistics = z.infer<typeof ChaosStatistics>

/** What the sane client reports of itself; counts grow from its start, `latencies` (ms) are those of the last interval. */
export const SaneReport = z.looseObject({
  at: z.number(),
  due: count,
  ok: count,
  failed: count,
  errors: z.record(z.string(), count),
  latencies: z.array(z.number()),
  reconnects: count,
  certificates: z.array(z.string()),
  saturated: z.boolean(),
})
export type SaneReport = z.infer<typeof SaneReport>

/** Sane requests since the phase began. */
export const SaneTally = z.object({
  ok: count,
  failed: count,
  /** answered since the last failure */
  okInARow: count,
  /** kept connections that had to be opened again */
  reconnects: count,
  /** serial numbers of the certificates seen, oldest first, each once */
  certificates: z.array(z.string()),
  /** ms, of the answered ones */
  latencies: z.array(z.number()),
  errors: z.record(z.string(), count),
})
export type SaneTally = z.infer<typeof SaneTally>

/** What is true of the experiment at one moment, whatever the signatures say. */
export const Facts = z.object({
  /** milliseconds since the epoch */
  at: z.number(),
  target: TargetState,
  /** the server's side of its TCP sockets, from the kernel's own table, without those in TIME-WAIT */
  sockets: z.array(SocketRow),
  /** how many of them are in each state, TIME-WAIT included */
  states: z.record(z.string(), count),
  /** TcpExt counters of the target's network namespace, e.g. ListenOverflows; they only grow */
  network: z.record(z.string(), z.number()),
  /** the target's descriptor table, as /proc shows it from outside */
  files: Files,
  /** the process before the last restart, while it is still there */
  predecessor: z.number().int().optional(),
  chaos: ChaosStatistics.optional(),
  sane: SaneTally,
  /** what its own runtime says, where the scenario asks for it; at most a second old */
  go: GoSnapshot.optional(),
})
export type Facts = z.infer<typeof Facts>
