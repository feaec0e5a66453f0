import { expect, test } from 'vitest'
import { phaseTitle, planPhases } from '../../lab/experiment/phases.ts'
import type { Fix, Scenario } from '../../lab/experiment/scenario.ts'
import storm from '../../lab/scenarios/tls-storm.ts'

const fix = (name: string, change: Partial<Fix>): Fix => ({
  name,
  title: name,
  cures: ['spin'],
  scope: 'standing',
  expected: 'absent',
  ...change,
})
const plan = (fixes: readonly Fix[], scenario: Scenario = storm) =>
  planPhases(scenario, scenario.variants[0], fixes).map((phase) => `${phaseTitle(phase)} ${phase.expected}`)

test('a standing fix is taken back, and the spin must return', () => {
  expect(plan([fix('patch', {})])).toEqual([
    'baseline absent',
    'fault present',
    'fixed patch absent',
    'relapse patch present',
  ])
})

test('before a one-shot fix the arrivals pause, and the spin must stay; afterwards it must return with them', () => {
  expect(plan([fix('close', { scope: 'one-shot', irreversible: true })]).slice(2)).toEqual([
    'fault close present',
    'fixed close absent',
    'relapse close present',
  ])
})

test('what cannot be taken back and stands has no relapse', () => {
  expect(plan([fix('restart', { irreversible: true, restarts: true })]).slice(2)).toEqual(['fixed restart absent'])
})

test("a variant's own class counts", () => {
  const [main] = storm.variants
  const [first] = planPhases(storm, { ...main, class: 'error-loop' }, [])
  expect(first?.class).toBe('error-loop')
})
