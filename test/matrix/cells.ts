import type { Cell, CellRun } from '../../lab/matrix/cell.ts'

/** A run with these cores. */
export const runOf = (outcome: CellRun['outcome'], cores: number): CellRun => ({
  outcome,
  verdict: outcome === 'pass' ? 'absent' : outcome === 'fail' ? 'present' : 'no-data',
  class: outcome === 'fail' ? 'userland-loop' : null,
  phase: null,
  reasons: outcome === 'pass' ? [] : [`it is a ${outcome}`],
  rates: { cores, wakeups: 1000 * cores, progress: null },
  seconds: 1,
  run: null,
})

export const cellOf = (change: Partial<Cell>): Cell => ({
  scenario: './p',
  variant: null,
  toolchain: 'local',
  version: 'go1.26.8',
  patch: null,
  godebug: null,
  outcome: 'pass',
  verdict: 'absent',
  class: null,
  phase: null,
  reasons: [],
  cores: null,
  wakeups: null,
  progress: null,
  seconds: 1,
  runs: [],
  comparison: null,
  reproduce: 'bin/spinlab matrix ./p',
  ...change,
})
