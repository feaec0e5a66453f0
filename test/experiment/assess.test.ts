import { expect, test } from 'vitest'
import { assess, type Cut } from '../../lab/experiment/assess.ts'
import type { Facts } from '../../lab/experiment/facts.ts'
import type { Phase } from '../../lab/experiment/phases.ts'
import { noRequests } from '../../lab/experiment/sane.ts'
import type { Fix, Variant } from '../../lab/experiment/scenario.ts'
import { windowOf } from '../signatures/window-of.ts'

const restart: Fix = {
  name: 'restart',
  title: '',
  cures: ['spin'],
  scope: 'standing',
  expected: 'present',
  restarts: true,
}
const variant: Variant = {
  name: 'any',
  title: '',
  expected: 'present',
  condition: () => ({ holds: true, text: '' }),
  fixes: [restart],
}

const factsOf = (pid: number, more: Partial<Facts> = {}): Facts => ({
  at: 0,
  target: { pid, fault: '', variant: '', listen: '', goroutines: 5, counters: {}, gauges: {}, fixes: [] },
  sockets: [],
  states: {},
  network: {},
  files: { open: 0, limit: 1024, sockets: [] },
  sane: { ...noRequests, ok: 100, okInARow: 100 },
  ...more,
})

/** Why the phase is no pass, from its first and its last facts. */
function reasons(name: Phase['name'], facts: readonly Facts[], change: { fix?: Fix | null; variant?: Variant } = {}) {
  const { fix = restart, variant: of = variant } = change
  const phase: Phase = { name, fix, expected: 'present', class: 'empty-wakeups' }
  return assess({ phase, variant: of, since: 0, windows: [], baseline: [], facts }).result.reasons
}

test('a restart has a successor, and so has its taking back', () => {
  for (const name of ['fixed', 'relapse'] as const) {
    expect(reasons(name, [factsOf(1), factsOf(2)])).toEqual([])
    expect(reasons(name, [factsOf(1), factsOf(1)])).toEqual(['no successor: the pid is still 1'])
    expect(reasons(name, [factsOf(1), factsOf(2, { predecessor: 1 })])).toEqual(['the old process 1 is still there'])
  }
})

test('whatever is no restart keeps its pid', () => {
  const patch: Fix = { ...restart, restarts: false }
  for (const name of ['fixed', 'relapse'] as const)
    expect(reasons(name, [factsOf(1), factsOf(2)], { fix: patch })).toEqual(['the pid changed from 1 to 2'])
  expect(reasons('fault', [factsOf(1), factsOf(2)], { fix: null })).toEqual(['the pid changed from 1 to 2'])
})

test('a fault that does not show what it claims is a fail, though its verdict is as declared', () => {
  const claim = (holds: boolean): Variant => ({ ...variant, effect: () => ({ holds, text: 'it is another illusion' }) })
  const facts = [factsOf(1), factsOf(1)]
  expect(reasons('fault', facts, { fix: null, variant: claim(true) })).toEqual([])
  expect(reasons('fault', facts, { fix: null, variant: claim(false) })).toEqual([
    'the fault does not do what it claims: it is another illusion',
  ])
  expect(reasons('relapse', facts, { fix: { ...restart, restarts: false }, variant: claim(false) })).toEqual([])
})

test('what a phase had no time to show is no fail, unless the time was its own', () => {
  const phase: Phase = {
    name: 'fixed',
    fix: { ...restart, effect: () => ({ holds: false, text: 'not yet' }) },
    expected: 'absent',
    class: 'empty-wakeups',
  }
  const facts = [factsOf(1), factsOf(1, { sane: noRequests })]
  const outcome = (cut: Cut) =>
    assess({ phase, variant, since: 0, windows: [], baseline: [], facts, cut }).result.outcome
  expect(outcome('timeout')).toBe('fail')
  expect(outcome('target-ended')).toBe('fail')
  for (const cut of ['client-ended', 'observer-ended', 'interrupted'] as const)
    expect(outcome(cut)).toBe('inconclusive')
})

test('the rates are those of the windows that the verdict rests on, not of the spin before the fix bites', () => {
  const phase: Phase = {
    name: 'fixed',
    fix: { ...restart, restarts: false },
    expected: 'absent',
    class: 'empty-wakeups',
  }
  const at = (start: number, empty: number, cpu = 1) => windowOf({ start, cpu, waits: [{ timeout: '0', empty }] })
  const windows = [at(-100, 90_000), at(0, 80_000), at(100, 1, 0.01), at(200, 1, 0.01)]
  const { rates } = assess({ phase, variant, since: 0, windows, baseline: [], facts: [factsOf(1), factsOf(1)] }).result
  expect(rates.wakeups).toBeCloseTo(10)
})
