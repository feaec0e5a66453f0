import type { ExperimentResult, PhaseResult } from '../../lab/experiment/result.ts'

/** What a run may show differently from a plain one. */
export interface Shown {
  outcome?: ExperimentResult['outcome']
  /** of the baseline phase */
  cores?: number | null
  /** found in the fault phase */
  class?: PhaseResult['class']
  faultCores?: number
}

const phase = (change: Partial<PhaseResult> & Pick<PhaseResult, 'name'>): PhaseResult => ({
  fix: null,
  cures: [],
  expected: 'absent',
  verdict: 'absent',
  class: null,
  findings: [],
  outcome: 'pass',
  reasons: [],
  pid: 1,
  goroutines: 1,
  condition: null,
  relief: null,
  effect: null,
  chaos: null,
  sane: { ok: 10, failed: 0, p50: 5, p99: 9, errors: {} },
  rates: { cores: 0.1, wakeups: 1000, progress: 0.5 },
  collectors: ['probe'],
  lost: 0,
  seconds: 1,
  ...change,
})

/** A run with a baseline and a fault. */
export const resultOf = (shown: Shown = {}): ExperimentResult => ({
  scenario: 's',
  variant: 'v',
  seed: 1,
  runner: 'native',
  stage: 'nothing',
  collectors: { used: [], missing: [] },
  seconds: 2,
  run: '/nowhere',
  reproduce: 'bin/spinlab repro s',
  outcome: shown.outcome ?? 'pass',
  interrupted: false,
  reasons: [],
  phases: [
    phase({
      name: 'baseline',
      rates: { cores: shown.cores === undefined ? 0.1 : shown.cores, wakeups: 1000, progress: 0.5 },
    }),
    phase({
      name: 'fault',
      expected: 'present',
      verdict: 'present',
      class: shown.class ?? 'error-loop',
      rates: { cores: shown.faultCores ?? 1, wakeups: 1e5, progress: 0 },
    }),
  ],
  handshakes: null,
  exhibit: null,
  controls: [],
  witnesses: [],
  overhead: {},
})

/** Six runs around some number of cores. */
export const sixOf = (cores: number, shown: Shown = {}) =>
  [0.98, 0.99, 1, 1, 1.01, 1.02].map((part) => resultOf({ cores: cores * part, ...shown }))
