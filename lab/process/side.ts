import type { Sides } from '../diagnosis/cross-check.ts'

/** A process, and where it tells of itself. */
export interface Place {
  pid: number
  /** base address of a Go program's net/http/pprof */
  pprof: string
}

/** What was seen from one side, or why nothing was and what would do. */
export type Seen = Partial<Sides> | { missing: string }

/** One side that a process can be looked at from. */
export interface Side {
  look(at: Place): Promise<Seen>
}
