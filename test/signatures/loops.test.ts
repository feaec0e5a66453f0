import { expect, test } from 'vitest'
import type { Cause } from '../../lab/signatures/finding.ts'
import { loops } from '../../lab/signatures/loops.ts'
import { see } from '../../lab/signatures/sight.ts'
import type { Descriptor } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

test.each<[string, Partial<Descriptor>, Cause]>([
  ['bytes in a pipe, of which no number is known', { kind: 'pipe', reported: 'IN' }, 'bytes-not-read'],
  ['a pipe without a writer', { kind: 'pipe', reported: 'HUP' }, 'hang-up-ignored'],
  ['a reset connection', { reported: 'IN|ERR|HUP|RDHUP', state: 'UNCONN' }, 'hang-up-ignored'],
  ['a half-closed connection', { reported: 'IN|RDHUP', state: 'CLOSE-WAIT' }, 'half-closed-ignored'],
  ['bytes of a peer that has ended', { reported: 'IN', state: 'CLOSE-WAIT', recvQueue: 5 }, 'bytes-not-read'],
  ['room to write', { reported: 'OUT', state: 'ESTAB' }, 'writable-registered'],
  ['a number that is closed', { kind: 'unknown', reported: 'NVAL' }, 'wait-fails'],
  ['a rung eventfd', { kind: 'eventfd', reported: 'IN' }, 'bell-not-read'],
  [
    'room to write, seen by an observer that tells no events',
    { events: 'IN|OUT', state: 'ESTAB' },
    'writable-registered',
  ],
])('%s', (_, descriptor, cause) => {
  const sight = see([windowOf({ descriptors: [{ ready: 9000, unconsumed: 9000, ...descriptor }] })])
  expect(loops(sight, 'unconsumed-readiness').map((suspicion) => suspicion.cause)).toEqual([cause])
})
