import { expect, test } from 'vitest'
import { judge } from '../../lab/signatures/judge.ts'
import type { Window } from '../../lab/windows/window.ts'
import { windowOf } from './window-of.ts'

/** Ten descriptors more in each window. */
const growing = (state: string, accepted: number): Window[] =>
  Array.from({ length: 10 }, (_, i) => {
    const window = windowOf({
      cpu: 0.01,
      descriptors: [{ fd: 3, kind: 'listener', useful: accepted }],
      sockets: [{ state, count: 20 + 10 * i, unread: 0 }],
    })
    return { ...window, ...(window.process && { process: { ...window.process, fds: 30 + 10 * i } }) }
  })
const found = (windows: Window[]) => judge(windows).findings.map(({ name }) => name)

test('clients that connect and stay are growth, not a leak', () => {
  expect(found(growing('ESTAB', 10))).toEqual(['descriptor-growth'])
})

test('connections that their clients have left, or that nobody asked for, are a leak', () => {
  expect(found(growing('CLOSE-WAIT', 10))).toEqual(['descriptor-leak'])
  expect(found(growing('ESTAB', 0))).toEqual(['descriptor-leak'])
})
