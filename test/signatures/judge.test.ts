import { describe, expect, test } from 'vitest'
import type { SpinClass } from '../../lab/signatures/finding.ts'
import { judge } from '../../lab/signatures/judge.ts'
import type { Stack, Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

const serving = { useful: 16_000, again: 8000, ready: 1000, bytesIn: 3e5, bytesOut: 9e5 }
/** `samples` of CPU time in Go code, frames innermost first. */
const goroutine = (samples: number, ...user: string[]): Stack => ({
  tid: 1,
  samples,
  user: [...user, 'runtime.goexit asm_amd64.s:1700'],
  kernel: [],
})
const inCall = (stack: Stack): Stack => ({ ...stack, kernel: ['tcp_sendmsg', 'do_syscall_64'] })
const HTTP = 'net/http.(*Server).Serve.gowrap3 server.go:3460'
const served = inCall(goroutine(60, 'syscall.write zsyscall.go:1', 'net/http.(*conn).serve server.go:2000', HTTP))

describe('a spin', () => {
  test.each<[string, SpinClass, Window]>([
    [
      'a listener at the limit, level-triggered',
      'error-loop',
      windowOf({
        waits: [{ ready: 76_000 }],
        descriptors: [{ kind: 'listener', ready: 76_000, unconsumed: 76_000, failed: 76_000, errno: 'EMFILE' }],
      }),
    ],
    [
      'one that writes a log line at each turn',
      'error-loop',
      windowOf({
        descriptors: [
          { kind: 'listener', ready: 4000, failed: 4000, errno: 'EMFILE' },
          { fd: 2, kind: 'tty', useful: 4000, bytesOut: 4e5 },
        ],
      }),
    ],
    ['a timeout cut down to zero', 'empty-wakeups', windowOf({ waits: [{ timeout: '0', empty: 220_000 }] })],
    [
      'short sleeps on a condition',
      'empty-wakeups',
      windowOf({
        cpu: 0.2,
        calls: [{ call: 'futex', calls: 2200, zero: 1100, positive: 0, errors: { ETIMEDOUT: 1100 } }],
      }),
    ],
    [
      'an end of stream beside a busy, healthy half',
      'error-loop',
      windowOf({ cpu: 1.5, descriptors: [serving, { fd: 8, eof: 145_000 }] }),
    ],
    [
      'two hundred dropped edges, each alone below notice',
      'error-loop',
      windowOf({ cpu: 0.33, descriptors: Array.from({ length: 200 }, (_, fd) => ({ fd: 10 + fd, eof: 97 })) }),
    ],
    [
      'a wait over a closed descriptor',
      'error-loop',
      windowOf({ calls: [{ call: 'select', calls: 300_000, zero: 0, positive: 0, errors: { EBADF: 300_000 } }] }),
    ],
    [
      'an eventfd that is never read',
      'unconsumed-readiness',
      windowOf({ descriptors: [{ kind: 'eventfd', ready: 100_000, unconsumed: 100_000 }] }),
    ],
    [
      'a deadline in the past, in a busy server',
      'userland-loop',
      windowOf({
        cpu: 1.6,
        descriptors: [serving],
        stacks: [served, goroutine(90, 'internal/poll.setDeadlineImpl fd_poll_runtime.go:149', 'main.poll main.go:9')],
      }),
    ],
    [
      'leaked timers, in a busy server',
      'empty-wakeups',
      windowOf({
        cpu: 1.5,
        descriptors: [serving],
        stacks: [served, goroutine(60, 'runtime.(*timers).run time.go:1', 'runtime.findRunnable proc.go:1')],
      }),
    ],
    [
      'writes of nothing, in a busy server',
      'userland-loop',
      windowOf({
        cpu: 1.5,
        descriptors: [serving],
        calls: [{ call: 'write', calls: 170_000, zero: 150_000, positive: 20_000, errors: {} }],
      }),
    ],
    [
      'a failed handshake that is tried again',
      'userland-loop',
      windowOf({ stacks: [goroutine(90, 'sync.(*Mutex).Lock', 'crypto/tls.(*Conn).handshakeContext', 'main.serve')] }),
    ],
  ])('%s', (_, spin, window) => {
    expect(judge([window])).toMatchObject({ verdict: 'spin', class: spin })
  })
})

const withoutDescriptors = ({ descriptors: _, ...window }: Window): Window => window

describe('no spin', () => {
  test.each<[string, Window]>([
    ['nothing at all', windowOf({ cpu: 0 })],
    [
      'one busy client of a Go server: half of the waits find nothing',
      windowOf({
        waits: [{ ready: 1450 }, { timeout: '0', empty: 1880 }],
        descriptors: [{ useful: 2700, again: 1300, ready: 1450, bytesIn: 56_000, bytesOut: 180_000 }],
      }),
    ],
    [
      "Go's own monitor thread, which sleeps 20 us",
      windowOf({
        calls: [{ call: 'futex', calls: 9, zero: 9, positive: 0, errors: {} }],
        waits: [{ call: 'nanosleep', timeout: '100us', empty: 1200 }],
      }),
    ],
    [
      'a runtime that wakes itself through its eventfd, and serves',
      windowOf({ descriptors: [serving, { fd: 8, kind: 'eventfd', useful: 900, ready: 450, bytesIn: 3600 }] }),
    ],
    [
      'an echo server, seen by an observer that tells neither descriptors nor bytes',
      withoutDescriptors(
        windowOf({
          waits: [{ ready: 9 }],
          calls: [
            { call: 'read', calls: 900, zero: 0, positive: 900, errors: {} },
            { call: 'write', calls: 900, zero: 0, positive: 900, errors: {} },
          ],
        }),
      ),
    ],
    [
      'datagrams without content, each of which is answered',
      windowOf({
        descriptors: [{ useful: 12_000, bytesIn: 1e5, bytesOut: 1e5 }],
        calls: [
          { call: 'recvfrom', calls: 6000, zero: 870, positive: 5130, errors: {} },
          { call: 'sendto', calls: 6000, zero: 870, positive: 5130, errors: {} },
        ],
      }),
    ],
    [
      'a garbage collector at work, whose scheduler polls without blocking',
      windowOf({
        cpu: 1.4,
        waits: [{ timeout: '0', empty: 420 }],
        stacks: [goroutine(130, 'runtime.gcDrain mgcmark.go:1', 'runtime.gcBgMarkWorker mgc.go:1')],
      }),
    ],
    [
      'deadlines that a server sets for each request',
      windowOf({
        descriptors: [serving],
        stacks: [
          served,
          goroutine(
            12,
            'internal/poll.setDeadlineImpl fd_poll_runtime.go:149',
            'net/http.(*conn).serve server.go:2000',
            HTTP,
          ),
        ],
      }),
    ],
  ])('%s', (_, window) => {
    expect(judge([window])).toMatchObject({ verdict: 'healthy', class: null })
  })
})

test('run-queue wait counts where a loop is kept from running, not where it sleeps', () => {
  const thread = (cpu: number, runQueue: number) => ({
    cpu,
    threads: [{ pid: 1, tid: 1, name: 'a', cpu, runQueue, voluntary: 0, involuntary: 0 }],
  })
  expect(judge([windowOf(thread(0.15, 0.85))]).cores).toBeCloseTo(1)
  expect(judge([windowOf(thread(0.05, 0.17))]).cores).toBeCloseTo(0.06)
})

describe('beside a baseline', () => {
  const before = windowOf({ cpu: 0.01, waits: [{ timeout: '1ms', empty: 1 }] })
  const loop = windowOf({
    cpu: 0.05,
    waits: [{ timeout: '1ms', empty: 90 }],
    descriptors: [{ kind: 'listener', again: 90 }],
  })

  test('a loop too cheap to be a spin is one, because it is new', () => {
    expect(judge([loop])).toMatchObject({ verdict: 'healthy', findings: [{ name: 'empty-wakeups', spin: false }] })
    expect(judge([loop], { baseline: [before] })).toMatchObject({ verdict: 'spin', class: 'empty-wakeups' })
  })

  test('what was always so is none', () => {
    expect(judge([loop], { baseline: [loop] }).verdict).toBe('healthy')
  })
})

describe('without all the eyes', () => {
  const {
    descriptors: _,
    process: __,
    threads: ___,
    ...calls
  } = windowOf({
    waits: [{ ready: 76_000 }],
    calls: [{ call: 'accept4', calls: 76_000, zero: 0, positive: 0, errors: { EMFILE: 76_000 } }],
  })
  const stuck = { kind: 'socket', epfd: 4, events: 'IN', recvQueue: 5, inode: 9, state: 'ESTAB' } as const
  const procfs = (recvQueue: number) => {
    const { calls: _, waits: __, ...window } = windowOf({ descriptors: [{ ...stuck, recvQueue }] })
    return window
  }

  test('calls alone name an error loop', () => {
    expect(judge([calls])).toMatchObject({ verdict: 'spin', class: 'error-loop' })
  })

  test('/proc alone names what every wait must report, if it never changes', () => {
    expect(judge([procfs(5), procfs(5), procfs(5)])).toMatchObject({ verdict: 'spin', class: 'unconsumed-readiness' })
    expect(judge([procfs(5), procfs(7), procfs(3)]).verdict).toBe('no-data')
  })

  test('CPU that nobody explains is no data, and its absence is health', () => {
    const { calls: _, waits: __, descriptors: ___, ...burning } = windowOf({})
    expect(judge([burning]).verdict).toBe('no-data')
    expect(judge([{ ...burning, process: { ...(burning.process ?? never()), cpu: 0.01 } }]).verdict).toBe('healthy')
  })

  test('nothing is no data', () => {
    expect(judge([])).toMatchObject({ verdict: 'no-data', class: null, findings: [], confidence: 0 })
  })
})

test('lost events that could hide a spin, or make one up, are no data', () => {
  expect(judge([windowOf({ lost: 1000 })]).verdict).toBe('no-data')
  const spin = windowOf({ descriptors: [{ eof: 1000 }] })
  expect(judge([{ ...spin, lost: 10 }]).verdict).toBe('spin')
  expect(judge([{ ...spin, lost: 900 }]).verdict).toBe('no-data')
})

function never(): never {
  throw new Error('a window without a process')
}
