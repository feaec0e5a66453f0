import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { crossCheck } from '../../lab/diagnosis/cross-check.ts'
import {
  busiestWait,
  type ExecutionTrace,
  epollCallsIn,
  readExecutionTrace,
  wakesOf,
} from '../../lab/go-runtime/execution-trace.ts'

/** Taken from Go 1.26 by test/go-runtime/record.ts. */
const recorded = gunzipSync(readFileSync(`${import.meta.dirname}/recorded/deadlines.trace.gz`))

const trace = (change: Partial<ExecutionTrace> = {}): ExecutionTrace => ({
  seconds: 0.5,
  procStarts: 0,
  procStops: 0,
  runs: 0,
  timerFunctions: 0,
  wokenByRuntime: {},
  wokenByGoroutines: {},
  calls: {},
  waits: [],
  ...change,
})

test('an accept under deadlines of 1 ms is woken by none, and waits for the network again', async () => {
  const seen = await readExecutionTrace(recorded)
  const { network, timers } = wakesOf(seen)
  expect(network).toBeGreaterThan(100)
  expect(timers).toBeLessThan(network / 2)
  expect(seen.procStarts).toBeGreaterThan(seen.seconds * 100)
  // The poller's own waits are in no trace.
  expect(epollCallsIn(seen)).toBe(0)
  expect(busiestWait(seen)).toMatchObject({ reason: 'network', at: 'main.main' })
  expect(crossCheck({ trace: seen }).join('\n')).toMatch(
    /^execution trace of 0\.\d\d s, a second: \S+ goroutines woken by the network poller or a deadline, .*\nmost often a goroutine goes to wait \(network\) in main\.main: \S+ times a second$/,
  )
})

test('what is no trace is an error with the reader’s own words', async () => {
  await expect(readExecutionTrace(Buffer.from('404 page not found'))).rejects.toThrow(
    /^standard input is no execution trace that can be read: .*not a Go execution trace/,
  )
  await expect(readExecutionTrace(recorded.subarray(0, recorded.length / 2))).rejects.toThrow(/no execution trace/)
})

test('functions of timers are wake-ups by timers, and all counts are of a second', () => {
  const woken = { network: 10, sleep: 3, 'chan receive': 2 }
  expect(wakesOf(trace({ wokenByRuntime: woken, timerFunctions: 5 }))).toEqual({ network: 20, timers: 20 })
  expect(epollCallsIn(trace({ calls: { 'golang.org/x/sys/unix.EpollWait': 7, 'syscall.read': 9 } }))).toBe(14)
})

test.each([
  [
    ['internal/poll.(*FD).Read', 'net/http.(*conn).serve', 'example.com/shop.(*Cart).load'],
    'example.com/shop.(*Cart).load',
  ],
  [['time.Sleep', 'main.main'], 'main.main'],
  [['internal/poll.(*FD).Accept', 'net.(*TCPListener).Accept'], 'internal/poll.(*FD).Accept'],
])('of %j the function of the program’s own is %s', (stack, at) => {
  expect(busiestWait(trace({ waits: [{ reason: 'network', stack, times: 3 }] }))).toEqual({
    reason: 'network',
    perSecond: 6,
    at,
  })
})

test('waits of the runtime itself are nobody’s', () => {
  const own = {
    reason: 'system goroutine wait',
    stack: ['runtime/trace.(*traceMultiplexer).startLocked.func1'],
    times: 9,
  }
  expect(busiestWait(trace({ waits: [own] }))).toBeUndefined()
  expect(
    busiestWait(trace({ waits: [own, { reason: 'sleep', stack: ['time.Sleep', 'main.main'], times: 1 }] }))?.at,
  ).toBe('main.main')
})
