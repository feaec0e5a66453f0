import { describe, expect, test } from 'vitest'
import { judge } from '../../lab/signatures/judge.ts'
import type { Thread, Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

const LOOPS = 8
/** connections in a window of 100 ms */
const ACCEPTED = 40

const thread = (tid: number, voluntary: number): Thread => ({
  pid: 1,
  tid,
  name: 'target',
  cpu: 0.05,
  runQueue: 0,
  voluntary,
  involuntary: 0,
})

/** Loops over one listener, each with its own epoll set, of a Go program: its monitor naps, its threads wait for each other by futex. */
function loops({ events = 'IN', awakened = 0, inVain = 0 }): Window {
  return windowOf({
    cpu: 0.4,
    waits: [
      { call: 'epoll_wait', ready: ACCEPTED + inVain },
      { call: 'nanosleep', timeout: '100us', empty: 900 },
    ],
    calls: [{ call: 'futex', calls: 20, zero: 20, positive: 0, errors: {} }],
    descriptors: Array.from({ length: LOOPS }, (_, i) => ({
      fd: 5 + i,
      epfd: 20 + i,
      kind: 'listener' as const,
      events,
      inode: 4711,
      useful: ACCEPTED / LOOPS,
      ready: (ACCEPTED + inVain) / LOOPS,
      again: inVain / LOOPS,
    })),
    threads: [
      thread(1, 9000),
      thread(2, 200),
      ...Array.from({ length: LOOPS }, (_, i) => thread(3 + i, (10 * (ACCEPTED + inVain + awakened)) / LOOPS)),
    ],
  })
}

describe('a herd', () => {
  test.each([
    ['whose loops return and find the connection taken', { inVain: 80 }],
    ['whose loops are woken, find nothing and sleep on without a return', { awakened: 240 }],
  ])('%s', (_, herd) => {
    const { class: found, findings } = judge([loops(herd)], { baseline: [loops({})] })
    expect(found).toBe('unconsumed-readiness')
    expect(findings[0]).toMatchObject({ cause: 'herd', numbers: { sets: LOOPS } })
  })
})

describe('no herd', () => {
  test.each([
    ['where each connection wakes one loop', {}],
    ['with EPOLLEXCLUSIVE, whatever the threads sleep for', { events: 'IN|EXCLUSIVE', awakened: 240 }],
  ])('%s', (_, herd) => {
    expect(judge([loops(herd)], { baseline: [loops({})] }).verdict).toBe('healthy')
  })
})
