import { describe, expect, test } from 'vitest'
import { decide } from '../../lab/signatures/decision.ts'
import type { SpinClass } from '../../lab/signatures/finding.ts'
import { judge } from '../../lab/signatures/judge.ts'
import type { Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

const many = (window: Window) => Array.from({ length: 10 }, (_, i) => ({ ...window, start: i * 100 }))

const spins: [string, SpinClass, Window][] = [
  [
    'a listener at the limit, level-triggered',
    'error-loop',
    windowOf({
      waits: [{ ready: 76_000 }],
      descriptors: [{ kind: 'listener', ready: 76_000, unconsumed: 76_000, failed: 76_000, errno: 'EMFILE' }],
    }),
  ],
  [
    'a half-closed connection that nobody reads',
    'unconsumed-readiness',
    windowOf({
      waits: [{ ready: 121_000 }],
      descriptors: [{ ready: 121_000, unconsumed: 121_000, state: 'CLOSE-WAIT' }],
    }),
  ],
  [
    'a hello that is only ever peeked at',
    'unconsumed-readiness',
    windowOf({ waits: [{ ready: 55_000 }], descriptors: [{ ready: 55_000, unconsumed: 55_000, peeked: 55_000 }] }),
  ],
  ['a timeout cut down to zero', 'empty-wakeups', windowOf({ waits: [{ timeout: '0', empty: 220_000 }] })],
  ['an end of stream read for ever', 'error-loop', windowOf({ descriptors: [{ eof: 152_000 }] })],
]

describe('a spin', () => {
  test.each(spins)('%s', (_, spin, window) => {
    expect(judge([window])).toMatchObject({ verdict: 'spin', class: spin })
    expect(decide(many(window))).toMatchObject({ verdict: 'present', class: spin })
  })
})

describe('no spin', () => {
  const sane: [string, Window][] = [
    ['nothing at all', windowOf({ cpu: 0 })],
    [
      'one busy client of a Go server: half of the waits find nothing',
      windowOf({
        waits: [{ ready: 1450 }, { timeout: '0', empty: 1880 }],
        descriptors: [{ useful: 2700, again: 1300, ready: 1450, bytesIn: 56_000, bytesOut: 180_000 }],
      }),
    ],
  ]
  test.each(sane)('%s', (_, window) => {
    expect(judge([window])).toMatchObject({ verdict: 'healthy', class: null })
    expect(decide(many(window))).toMatchObject({ verdict: 'absent' })
  })
})

test('beside a baseline a cheap loop is present, without one it is a finding', () => {
  const before = windowOf({ cpu: 0.01, waits: [{ timeout: '1ms', empty: 1 }] })
  const loop = windowOf({
    cpu: 0.05,
    waits: [{ timeout: '1ms', empty: 90 }],
    descriptors: [{ kind: 'listener', again: 90 }],
  })
  expect(decide(many(loop), { baseline: many(before) })).toMatchObject({ verdict: 'present', class: 'empty-wakeups' })
  expect(judge(many(loop))).toMatchObject({ verdict: 'healthy', findings: [{ name: 'empty-wakeups', spin: false }] })
})

test('lost events that could hide a spin are no health', () => {
  expect(judge([windowOf({ lost: 1000 })]).verdict).toBe('no-data')
})
