import { z } from 'zod'
import type { Traffic } from '../experiment/scenario.ts'

/** What a server speaks on one port. */
export const Protocol = z.object({ tls: z.boolean(), http: z.boolean() })
export type Protocol = z.infer<typeof Protocol>

/** What a chaos client must adapt to. */
export interface Circumstances {
  protocol: Protocol
  /** descriptors that the server has left for this port */
  free: number
}

/** One kind of chaos that any server must bear. */
export interface Recipe {
  /** one line: what it does to the server */
  title: string
  /** without it, only when it is asked for by name */
  byDefault: boolean
  /** the server's soft limit of descriptors is lowered while it lasts, so that this many are left */
  leaves?: number
  /** the client and its flags, without address and seed, and the arrivals after which the chaos is in full force */
  traffic(circumstances: Circumstances): Traffic & { arrivals: number }
}

/** Connections that may be held without a server of sound limits running out of descriptors. */
export const bounded = (wish: number, { free }: Circumstances) => Math.max(1, Math.min(wish, Math.floor(free / 2)))
