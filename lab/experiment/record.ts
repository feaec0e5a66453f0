import type { Window } from '../windows/window.ts'
import type { Evidence } from './assess.ts'
import type { ObserverCost } from './cost.ts'
import type { Handshakes } from './handshakes.ts'
import type { Phase } from './phases.ts'
import type { Verdict } from './result.ts'
import type { Variant } from './scenario.ts'

/** Everything that was seen of one server process. */
export interface SubjectRecord {
  variant: Variant
  phases: Evidence[]
  /** of the whole chaos; where they could not be counted, why */
  handshakes?: Handshakes | { missing: string }
}

export interface WitnessRecord {
  collector: string
  phase: Phase
  /** whether the collector is (see there) */
  intrusive?: boolean | undefined
  /** what the primary observer found in this phase */
  expected: Verdict
  windows: readonly Window[]
  baseline: readonly Window[]
}

/** A whole experiment as it was seen, before anything is concluded from it. */
export interface ExperimentRecord {
  main: SubjectRecord
  controls: SubjectRecord[]
  witnesses: WitnessRecord[]
  overhead: Record<string, ObserverCost>
  interrupted: boolean
}
