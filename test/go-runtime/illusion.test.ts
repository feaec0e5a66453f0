import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readGoroutineStates } from '../../lab/go-runtime/goroutine-states.ts'
import { illusionOf } from '../../lab/go-runtime/illusion.ts'
import { readMemory } from '../../lab/go-runtime/memory.ts'
import { readScheduler, threadsInCalls } from '../../lab/go-runtime/schedtrace.ts'
import { type GoSnapshot, goroutinesOf, lookAtGo } from '../../lab/go-runtime/snapshot.ts'

interface Said {
  heap: string
  goroutines: string
  trace: string
}

/** Printed by Go 1.26, by test/go-runtime/record.ts. */
const recorded = (kind: string): { before: Said; after: Said } =>
  JSON.parse(gunzipSync(readFileSync(`${import.meta.dirname}/recorded/${kind}.json.gz`)).toString())

async function snapshot({ heap, goroutines, trace }: Said): Promise<GoSnapshot> {
  const seen = await lookAtGo(async (path) => (path.startsWith('heap') ? heap : goroutines), trace)
  if (!seen) throw new Error('nothing was recognised')
  return seen
}

describe('what Go 1.26 printed is told apart', () => {
  test.each([
    { kind: 'parked', illusion: 'parked-goroutines', state: 'chan receive' },
    { kind: 'blocked', illusion: 'blocked-in-system-calls', state: 'syscall' },
    { kind: 'memory', illusion: 'memory-leak', state: 'chan receive' },
  ])('$kind is $illusion', async ({ kind, illusion, state }) => {
    const { before, after } = recorded(kind)
    const growth = illusionOf(await snapshot(before), await snapshot(after))
    expect(growth).toMatchObject({ illusion, state })
    expect(growth.goroutines).toBeGreaterThan(100)
    // The rule of thumb has it flat: it never is.
    expect(growth.heapEach).toBeGreaterThan(256)
    expect(growth.stackEach).toBeGreaterThan(1024)
  })

  test('without schedtrace the states alone decide', async () => {
    const { before, after } = recorded('blocked')
    const blind = async (said: Said) => snapshot({ ...said, trace: '' })
    const growth = illusionOf(await blind(before), await blind(after))
    expect(growth).toMatchObject({ illusion: 'blocked-in-system-calls', threadsInCalls: null })
    expect(growth.path).toContain('no schedtrace')
  })

  test('backwards nothing climbs', async () => {
    const { before, after } = recorded('parked')
    expect(illusionOf(await snapshot(after), await snapshot(before)).illusion).toBe('no-growth')
  })
})

test('goroutines said to be in system calls without the threads for it are not blocked', async () => {
  const { before, after } = recorded('blocked')
  const [first, now] = [await snapshot(before), await snapshot(after)]
  const growth = illusionOf(first, { ...now, ...(first.scheduler && { scheduler: first.scheduler }) })
  expect(growth.illusion).toBe('parked-goroutines')
})

test('states are counted without how long, how pinned and how collected', () => {
  const text = `goroutine 1 [chan receive, 2 minutes]:
main.main()
goroutine 7 gp=0xc000 m=4 mp=0xc100 [syscall, locked to thread]:
goroutine 8 [select (no cases)]:
goroutine 9 [chan receive (scan), 1 minutes]:
`
  expect(readGoroutineStates(text)).toEqual({ 'chan receive': 2, syscall: 1, select: 1 })
})

test('the last whole line of the scheduler counts, with its threads in calls', () => {
  const trace = `SCHED 1ms: gomaxprocs=2 idleprocs=1 threads=3 spinningthreads=0 needspinning=0 idlethreads=1 runqueue=0 [ 0 0 ]
server: hello
SCHED 2004ms: gomaxprocs=2 idleprocs=2 threads=181 spinningthreads=0 needspinning=0 idlethreads=1 runqueue=3 [ 1 2 ] schedticks=[ 12 25796 ]
SCHED 2104ms: gomaxprocs=2 idle`
  const seen = readScheduler(trace)
  expect(seen).toEqual({ at: 2004, gomaxprocs: 2, idleprocs: 2, threads: 181, idlethreads: 1, runnable: 6 })
  expect(seen && threadsInCalls(seen)).toBe(180)
  expect(
    readScheduler('SCHED 7ms: gomaxprocs=2 idleprocs=0 threads=4 idlethreads=0 runqueue=1 [0 4]\n')?.runnable,
  ).toBe(5)
  expect(readScheduler('SCHED 7ms: what is this\n')).toBeUndefined()
  expect(readScheduler('')).toBeUndefined()
})

test('what is no heap profile tells nothing', async () => {
  expect(readMemory('404 page not found')).toBeUndefined()
  expect(await lookAtGo(async () => '404 page not found', '')).toBeUndefined()
})

test('goroutines are summed over their states', () => {
  expect(goroutinesOf({ states: { select: 2, syscall: 3 }, memory: { heapInuse: 0, stackInuse: 0 } })).toBe(5)
})
