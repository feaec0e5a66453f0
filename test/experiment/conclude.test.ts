import { expect, test } from 'vitest'
import { conclude } from '../../lab/experiment/conclude.ts'
import { planPhases } from '../../lab/experiment/phases.ts'
import type { ExperimentRecord, WitnessRecord } from '../../lab/experiment/record.ts'
import deadlineListener from '../../lab/scenarios/deadline-listener.ts'
import type { Window } from '../../lab/windows/window.ts'
import { windowOf } from '../signatures/window-of.ts'

/** The answer of a witness who saw these windows in the fault phase of that variant. */
function ask(
  variantName: string,
  expected: WitnessRecord['expected'],
  windows: Window[],
  baseline: Window[] = [],
  intrusive = false,
) {
  const variant = deadlineListener.variants.find(({ name }) => name === variantName) ?? deadlineListener.variants[0]
  const phase = planPhases(deadlineListener, variant)[1]
  if (!phase) throw new Error('no fault phase')
  const record: ExperimentRecord = {
    main: { variant, phases: [] },
    controls: [],
    witnesses: [{ collector: 'strace', intrusive, phase, expected, windows, baseline }],
    overhead: {},
    interrupted: false,
  }
  const { witnesses, outcome } = conclude(record, deadlineListener)
  return { ...witnesses[0], outcome }
}

const calm = windowOf({ cpu: 0.01 })
/** A wait that ends with nothing, so many times in a window. */
const polling = (empty: number, cpu: number) => windowOf({ cpu, waits: [{ timeout: '1ms', empty }] })

test('a witness who sees nothing of a spin makes the run inconclusive', () => {
  expect(ask('one-millisecond', 'present', [calm])).toMatchObject({
    verdict: 'absent',
    agrees: false,
    outcome: 'inconclusive',
  })
})

test('a loop without a system call is out of the sight of who sees no stacks', () => {
  expect(ask('past', 'present', [calm])).toMatchObject({ verdict: 'no-data', agrees: true, outcome: 'pass' })
  const stack = { tid: 1, samples: 1, user: ['main.main main.go:1'], kernel: [] }
  expect(ask('past', 'present', [{ ...calm, stacks: [stack] }])).toMatchObject({ verdict: 'absent', agrees: false })
  const { process: _, ...unweighed } = calm
  expect(ask('past', 'present', [{ ...unweighed, stacks: [stack] }])).toMatchObject({
    verdict: 'no-data',
    agrees: true,
  })
})

test('a witness who lost too much to say anything contradicts nobody', () => {
  expect(ask('one-millisecond', 'absent', [{ ...polling(100, 1), lost: 1e6 }])).toMatchObject({
    verdict: 'no-data',
    agrees: true,
  })
})

test('what is new beside the baseline of another observer contradicts health only where it costs something', () => {
  expect(ask('one-millisecond', 'absent', [polling(100, 0.01)], [calm])).toMatchObject({ agrees: true })
  expect(ask('one-millisecond', 'absent', [polling(100, 1)], [calm])).toMatchObject({
    verdict: 'present',
    agrees: false,
    outcome: 'inconclusive',
  })
})

test('a witness who may end what it looks at, or sees the process as a whole only, does not contradict a spin', () => {
  expect(ask('one-millisecond', 'present', [calm], [], true)).toMatchObject({ verdict: 'no-data', agrees: true })
  const { descriptors: _, ...whole } = calm
  expect(ask('one-millisecond', 'present', [whole])).toMatchObject({ verdict: 'no-data', agrees: true })
  // Of health it may say what it sees.
  expect(ask('one-millisecond', 'absent', [polling(100, 1)], [calm], true)).toMatchObject({ agrees: false })
})
