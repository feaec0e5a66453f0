import type { Outcome, PhaseRates, Verdict } from '../experiment/result.ts'
import type { SpinClass } from '../signatures/finding.ts'
import type { Difference } from '../statistics/difference.ts'
import type { Estimate } from '../statistics/median.ts'

/** `unsupported`: there is nothing to run, e.g. the patch does not apply; `error`: the lab failed. Neither is ever a pass. */
export type CellOutcome = Outcome | 'unsupported' | 'error'

/** What is changed beside the choice of a Go; both null: nothing. */
export interface Change {
  /** file name of the patch */
  patch: string | null
  /** e.g. `asynctimerchan=1` */
  godebug: string | null
}

/** One run in a cell: a whole experiment, or one watch of a program. */
export interface CellRun {
  outcome: Outcome
  verdict: Verdict
  class: SpinClass | null
  /** the phase that verdict and class are of: the first that is not as expected, else the fault; null of a program, which has none */
  phase: string | null
  /** why it is no pass */
  reasons: string[]
  /** of the fault, or of the whole watch */
  rates: PhaseRates
  seconds: number
  /** folder of the recorded run; null of a program */
  run: string | null
}

/** How a changed cell differs from the unchanged one of the same Go. */
export interface Comparison {
  /** in how often it passes */
  outcome: Difference
  cores: Difference & { ratio: Estimate | null }
  wakeups: Difference & { ratio: Estimate | null }
}

/** What `spinlab matrix --json` prints of each combination. */
export interface Cell extends Change {
  scenario: string
  variant: string | null
  /** as it was asked for */
  toolchain: string
  /** what it calls itself; null where it is not to be had */
  version: string | null
  outcome: CellOutcome
  /** of the first run that is no pass, else of the first; null where nothing ran */
  verdict: Verdict | null
  class: SpinClass | null
  phase: string | null
  reasons: string[]
  cores: Estimate | null
  /** returns of waits a second */
  wakeups: Estimate | null
  /** useful calls for each return of a wait */
  progress: Estimate | null
  seconds: number
  runs: CellRun[]
  /** null of the unchanged cell, and where one of the two did not run */
  comparison: Comparison | null
  /** command that repeats this cell */
  reproduce: string
}

/** From the best to the worst, as the exit code has it. */
const ORDER: readonly CellOutcome[] = ['pass', 'inconclusive', 'unsupported', 'error', 'fail']

/** The worst of them; `unsupported` of nothing, as nothing was shown. */
export const worstOf = (outcomes: readonly CellOutcome[]): CellOutcome =>
  outcomes.reduce<CellOutcome>((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a), outcomes[0] ?? 'unsupported')
