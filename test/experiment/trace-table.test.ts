import { expect, test } from 'vitest'
import { planPhases } from '../../lab/experiment/phases.ts'
import { traceTable } from '../../lab/experiment/trace-table.ts'
import { borderless } from '../../lab/reporters/table.ts'
import deadlineListener from '../../lab/scenarios/deadline-listener.ts'
import { windowOf } from '../signatures/window-of.ts'

const [variant] = deadlineListener.variants
const [baseline, fault] = planPhases(deadlineListener, variant)
if (!baseline || !fault) throw new Error('no phases')
const windows = [windowOf({ cpu: 0.1, waits: [{ timeout: '1ms', empty: 100 }] })]
const evidence = { variant, since: 0, windows, baseline: [], facts: [] }
const trace = {
  seconds: 0.5,
  procStarts: 1000,
  procStops: 1000,
  runs: 500,
  timerFunctions: 10,
  wokenByRuntime: { network: 450, sleep: 5 },
  wokenByGoroutines: { select: 2 },
  calls: { 'golang.org/x/sys/unix.EpollWait': 25 },
  waits: [{ reason: 'network', stack: ['internal/poll.(*FD).Accept', 'main.main'], times: 400 }],
}

test('what the kernel counted stands beside what the trace has of it, a second', () => {
  const { head, rows } = traceTable([{ ...evidence, phase: fault, trace }])
  expect(rows).toEqual([['fault', '1.0k', '50', '900', '30', '4', '2.0k', 'main.main (network)']])
  expect(head).toHaveLength(rows[0]?.length ?? 0)
})

test('a trace that cannot be read is said, and a phase without one is left out', () => {
  const missing = 'unknown or unsupported version go 1.99'
  const { head, rows } = traceTable([
    { ...evidence, phase: baseline },
    { ...evidence, phase: fault, trace: { missing } },
  ])
  expect(rows).toEqual([['fault', `not traced: ${missing}`]])
  const table = borderless([...head])
  table.push(...rows.map((row) => [...row]))
  expect(`${table}`).toContain(missing)
})
