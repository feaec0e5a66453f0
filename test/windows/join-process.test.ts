import { expect, it } from 'vitest'
import { joinProcess } from '../../lab/windows/join-process.ts'
import type { Process, Window } from '../../lab/windows/window.ts'

const window = (start: number, seconds: number, more: Partial<Window> = {}): Window => ({
  collector: 'x',
  pids: [7],
  start,
  seconds,
  lost: 0,
  cost: 0,
  ...more,
})
const process = (cpu: number): Process => ({
  cpu,
  runQueue: 0,
  voluntary: 0,
  involuntary: 0,
  threads: 1,
  fds: 3,
  fdLimit: 20,
  rss: 1,
})
const procfs = [window(0, 0.1, { process: process(0.1) }), window(100, 0.1, { process: process(0.9), threads: [] })]

it.each([
  ['the one that covers most', window(60, 0.1), 0.9],
  ['the one that covers all', window(10, 0.05), 0.1],
  ['none covers any', window(500, 0.1), undefined],
  ['its own stays', window(0, 0.1, { process: process(2) }), 2],
])('a window takes CPU from procfs: %s', (_, one, cpu) => {
  expect(joinProcess([one], procfs)[0]?.process?.cpu).toBe(cpu)
})

it('nothing to join with', () => {
  expect(joinProcess([window(0, 1)], [])).toEqual([window(0, 1)])
})
