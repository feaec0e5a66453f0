import { describe, expect, test } from 'vitest'
import { futilityOf } from '../../lab/signatures/futility.ts'
import { see } from '../../lab/signatures/sight.ts'
import type { Call, Descriptor, Wait } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

const call = (name: string, zero: number): Call => ({ call: name, calls: zero, zero, positive: 0, errors: {} })

/** The loop on the one descriptor of a window of 100 ms. */
function loopOn(descriptor: Partial<Descriptor>, waits: Partial<Wait>[] = [], calls: Call[] = []) {
  const sight = see([windowOf({ descriptors: [descriptor], waits, calls })])
  const [seen] = sight.descriptors
  if (!seen) throw new Error('no descriptor was seen')
  return futilityOf(seen, sight)
}

describe('precedence on one descriptor', () => {
  test.each<[string, Partial<Descriptor>, Partial<Wait>[], string]>([
    [
      'an error at each readiness is an error loop, not neglect',
      { ready: 9000, unconsumed: 9000, failed: 9000, errno: 'EMFILE' },
      [],
      'error-loop',
    ],
    ['so is the end of a stream', { ready: 9000, unconsumed: 9000, eof: 9000 }, [], 'error-loop'],
    ['so is EAGAIN on a send', { sendAgain: 9000 }, [], 'error-loop'],
    [
      'an error paced by sleeps is empty wake-ups',
      { failed: 90, errno: 'EMFILE' },
      [{ timeout: '1ms', empty: 90 }],
      'empty-wakeups',
    ],
    ['readiness without a call is neglect', { ready: 9000, unconsumed: 9000 }, [], 'unconsumed-readiness'],
    ['readiness and a look is neglect', { ready: 9000, unconsumed: 9000, peeked: 9000 }, [], 'unconsumed-readiness'],
    ['readiness and EAGAIN is neglect', { ready: 9000, unconsumed: 9000, again: 9000 }, [], 'unconsumed-readiness'],
    ['EAGAIN after a timeout is empty wake-ups', { again: 90 }, [{ timeout: '1ms', empty: 90 }], 'empty-wakeups'],
    ['EAGAIN without a wait is a user-space loop', { again: 9000 }, [], 'userland-loop'],
    ['so is looking without a wait', { peeked: 9000 }, [], 'userland-loop'],
  ])('%s', (_, descriptor, waits, spin) => {
    expect(loopOn(descriptor, waits)?.class).toBe(spin)
  })
})

describe('no loop', () => {
  test.each<[string, Partial<Descriptor>, Call[]]>([
    ['one EAGAIN for each message', { useful: 9000, again: 9000, ready: 9000, bytesIn: 9e5 }, []],
    ['a poll each second', { again: 1 }, []],
    ['connections that end: one end of stream and one close each', { eof: 9000, ready: 9000 }, [call('close', 9000)]],
    [
      'connections that are reset, and closed',
      { failed: 9000, errno: 'ECONNRESET', ready: 9000 },
      [call('close', 9000)],
    ],
    ['edges: each report is news', { ready: 9000, unconsumed: 9000, events: 'IN|ET' }, []],
  ])('%s', (_, descriptor, calls) => {
    expect(loopOn(descriptor, [], calls)).toBeUndefined()
  })
})

test('edges that are armed again each time are neglect after all', () => {
  const rearmed = loopOn({ ready: 9000, unconsumed: 9000, events: 'IN|ET' }, [], [call('epoll_ctl', 9000)])
  expect(rearmed?.class).toBe('unconsumed-readiness')
})

test('a connection that is accepted and silent is none, however short the look', () => {
  const silent = { again: 1, ready: 1, unconsumed: 1 }
  const sight = see([{ ...windowOf({ descriptors: [silent] }), seconds: 0.02 }])
  expect(sight.descriptors.map((row) => futilityOf(row, sight))).toEqual([undefined])
})

test('taking a registration back again and again is no progress when no byte comes of it', () => {
  expect(loopOn({ useful: 9000, ready: 9000 })?.class).toBe('unconsumed-readiness')
  expect(loopOn({ useful: 9000, ready: 9000, bytesIn: 9000 })).toBeUndefined()
})
