import type { SpinClass } from '../signatures/finding.ts'
import type { LatencySummary, ObserverCost } from './cost.ts'
import type { Handshakes } from './handshakes.ts'
import type { Answer, Cure, Exhibit, Expected } from './scenario.ts'

export type Outcome = 'pass' | 'fail' | 'inconclusive'
export type Verdict = Expected | 'no-data'

/** What a spin costs and achieves, a second, over the windows that the verdict of one phase rests on; where there are none, over all of it. */
export interface PhaseRates {
  /** cores: CPU plus the wait for a core */
  cores: number | null
  /** returns of waits */
  wakeups: number | null
  /** useful calls for each return of a wait */
  progress: number | null
}

export interface PhaseResult {
  name: 'baseline' | 'fault' | 'fixed' | 'relapse'
  fix: string | null
  cures: readonly Cure[]
  expected: Expected
  verdict: Verdict
  class: SpinClass | null
  findings: { name: string; text: string }[]
  outcome: Outcome
  /** why the outcome is not `pass`, one sentence each */
  reasons: string[]
  pid: number
  goroutines: number | null
  condition: Answer | null
  effect: Answer | null
  /** s from the end of a one-shot fix's pause until the spin was there again; null elsewhere */
  relief: number | null
  chaos: { targetRate: number; achievedRate: number; arrivals: number; held: number; saturated: boolean } | null
  sane: LatencySummary
  rates: PhaseRates
  collectors: string[]
  /** events that the observer knows it missed */
  lost: number
  seconds: number
}

export interface ControlResult {
  variant: string
  title: string
  outcome: Outcome
  phases: PhaseResult[]
  handshakes: Handshakes | { missing: string } | null
}

/** A short look by another observer at the same moment, with what the look cost the target. */
export interface WitnessResult {
  collector: string
  phase: string
  verdict: Verdict
  class: SpinClass | null
  agrees: boolean
  findings: { name: string; text: string }[]
  lost: number
}

/** What `spinlab repro --json` prints. */
export interface ExperimentResult extends Conclusion {
  scenario: string
  variant: string
  seed: number
  runner: string
  /** what the stage was made of, in words */
  stage: string
  collectors: { used: string[]; missing: { name: string; missing: string; remedy: string }[] }
  seconds: number
  /** folder of the recorded run */
  run: string
  /** command that repeats it */
  reproduce: string
}

/** What an experiment amounts to. */
export interface Conclusion {
  outcome: Outcome
  interrupted: boolean
  /** why the outcome is not `pass` */
  reasons: string[]
  phases: PhaseResult[]
  handshakes: Handshakes | { missing: string } | null
  exhibit: Exhibit | null
  controls: ControlResult[]
  witnesses: WitnessResult[]
  /** keyed by observer; `none` is the target unobserved */
  overhead: Record<string, ObserverCost>
}
