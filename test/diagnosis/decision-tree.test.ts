import { expect, test } from 'vitest'
import { decisionTree, type GoMoment } from '../../lab/diagnosis/decision-tree.ts'
import type { Scheduler } from '../../lab/go-runtime/schedtrace.ts'
import type { GoSnapshot } from '../../lab/go-runtime/snapshot.ts'
import type { Judgement } from '../../lab/signatures/judge.ts'

const judgement = (verdict: Judgement['verdict'], spin: Judgement['class'] = null): Judgement => ({
  verdict,
  class: spin,
  confidence: 1,
  cores: 0.25,
  findings: [],
})
const healthy = judgement('healthy')

const KIB = 1024
const snapshot = (states: Record<string, number>, heapInuse = 0): GoSnapshot => ({
  states,
  memory: { heapInuse, stackInuse: 0 },
})
/** So many threads in system calls, as schedtrace shows them. */
const scheduler = (inCalls: number): Scheduler => ({
  at: 0,
  gomaxprocs: 2,
  idleprocs: 2,
  threads: 4 + inCalls,
  idlethreads: 4,
  runnable: 0,
})
const threads = (call: string, n: number, from = 0): NonNullable<GoMoment['blocked']> =>
  Array.from({ length: n }, (_, i) => ({ pid: 1, tid: from + i, call }))

test('a spin is no illusion, whatever the goroutines do', () => {
  const growing = [{ snapshot: snapshot({ select: 10 }) }, { snapshot: snapshot({ select: 500 }) }] as const
  for (const [before, now] of [growing, [{}, {}]] as const) {
    const { is, path } = decisionTree(judgement('spin', 'error-loop'), before, now)
    expect(is).toBe('real-spin')
    expect(path[0]).toContain('a spin (error-loop)')
  }
})

test.each([
  ['parked-goroutines', snapshot({ 'chan receive': 10 }), snapshot({ 'chan receive': 210 }, 200 * KIB)],
  ['memory-leak', snapshot({ 'chan receive': 10 }), snapshot({ 'chan receive': 210 }, 200 * 16 * KIB)],
  ['blocked-in-system-calls', snapshot({ syscall: 10 }), snapshot({ syscall: 210 }, 200 * KIB)],
  ['no-growth', snapshot({ 'IO wait': 5000 }), snapshot({ 'IO wait': 5004 })],
])('by pprof: %s', (is, before, now) => {
  const found = decisionTree(healthy, { snapshot: before }, { snapshot: now })
  expect(found.is).toBe(is)
  expect(found.path[0]).toBe('no spin, and it wants 0.25 cores')
  expect(found.path.at(-1)).toMatch(/^\d+ goroutines in all, \d+ of them in state /)
})

test('threads that stay in calls are blocked; those that rest, or were elsewhere before, are not', () => {
  const is = (before: GoMoment, now: GoMoment) => decisionTree(healthy, before, now).is
  const reading = { blocked: threads('read', 30) }
  expect(is(reading, reading)).toBe('blocked-in-system-calls')
  expect(decisionTree(healthy, reading, reading).path).toContain(
    '30 threads stay in a system call (read), 20 would be many',
  )
  for (const call of ['futex', 'epoll_pwait', 'nanosleep'])
    expect(is({ blocked: threads(call, 30) }, { blocked: threads(call, 30) })).toBe('undecided')
  expect(is({ blocked: threads('read', 30) }, { blocked: threads('read', 30, 100) })).toBe('undecided')
  expect(is({}, reading)).toBe('undecided')
})

test('schedtrace alone tells of threads in calls, and of nobody that is parked', () => {
  expect(decisionTree(healthy, {}, { scheduler: scheduler(40) }).is).toBe('blocked-in-system-calls')
  const { is, path } = decisionTree(healthy, {}, { scheduler: scheduler(1) })
  expect(is).toBe('undecided')
  expect(path.join('\n')).toMatch(/1 threads in system calls.* no field for those that wait\n.*--pprof URL/)
})

test('without a verdict and without the program’s own words nothing is decided', () => {
  expect(decisionTree(judgement('no-data'), {}, {})).toEqual({
    is: 'undecided',
    path: [
      'too little was seen for a verdict',
      'goroutines that wait show in no thread: --pprof URL lets the program count them',
    ],
  })
})
