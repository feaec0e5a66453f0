import { describe, expect, it } from 'vitest'
import type { PerfEvent } from '../../lab/windows/perf-events.ts'
import { parsePerfScript } from '../../lab/windows/perf-script.ts'
import { parsePerfStat } from '../../lab/windows/perf-stat.ts'
import { calls, capture, lost, valid, waits } from './capture.ts'

const stat = (name: string) => valid(parsePerfStat(capture(`perf/${name}.csv`), { pid: 7, start: 1000 }))

describe('perf stat', () => {
  it('shows a spin on one wait, whose timeout is known because it has only one', () => {
    const windows = stat('half-close')
    expect(lost(windows)).toBe(0)
    expect(windows.map((window) => Math.round(window.seconds * 10))).toEqual([1, 1, 1])
    expect(waits(windows)).toMatchObject({ 'epoll_wait longer ready': 348175 })
    expect(windows[0]?.descriptors).toBeUndefined()
  })

  it('shows a healthy server: as many writes as reads, and no guess at what belongs to which timeout', () => {
    const windows = stat('echo')
    expect(calls(windows)).toMatchObject({
      read: { positive: 17866, errors: { EAGAIN: 16019 } },
      write: { positive: 17840 },
    })
    expect(waits(windows)).toEqual({
      // Waits for ever and waits for nothing: those that ended with something could be either …
      'epoll_pwait unknown ready': 6959,
      // … but those that ended with nothing had no time to wait.
      'epoll_pwait 0 empty': 3242,
      'nanosleep unknown empty': 1358,
    })
  })

  it('takes a process that did not run for one that did nothing', () => {
    const windows = stat('idle')
    expect(windows).toHaveLength(2)
    expect(windows.every((window) => window.lost === 0 && window.calls?.length === 0)).toBe(true)
  })

  it('begins each window where the one before ended', () => {
    const [first, second] = stat('echo')
    expect(first?.start).toBe(1000)
    expect(second?.start).toBeCloseTo(1000 + (first?.seconds ?? 0) * 1000)
  })
})

describe('rows of perf stat', () => {
  const events: PerfEvent[] = [
    { event: 'a', filter: '', meaning: { call: 'recvfrom', result: 1 } },
    { event: 'b', filter: '', meaning: { call: 'recvfrom', result: 'EAGAIN' } },
    { event: 'c', filter: '', meaning: { peek: 'recvfrom' } },
    { event: 'd', filter: '', meaning: { wait: 'poll', end: 'empty' } },
    { event: 'e', filter: '', meaning: { wait: 'poll', timeout: 'none' } },
    { event: 'f', filter: '', meaning: { wait: 'poll', timeout: '10ms' } },
    { event: 'g', filter: '', meaning: { wait: 'poll', timeout: '100ms' } },
  ]
  const row = (count: number | string, share = '100.00', time = '0.100') =>
    `     ${time},${count},,syscalls:sys,1000,${share},,`
  const rows = (...counts: (number | string)[]) => counts.map((count) => row(count))
  const parse = (lines: string[]) => valid(parsePerfStat(lines, { pid: 7, start: 0, events }))

  it('say of peeks only how many there were: they are taken from the successes, so that progress is not overstated', () => {
    expect(calls(parse(rows(10, 5, 12, 0, 0, 0, 0)))).toEqual({
      'recvfrom+MSG_PEEK': { calls: 12, zero: 0, positive: 10, errors: { EAGAIN: 2 } },
      recvfrom: { calls: 3, zero: 0, positive: 0, errors: { EAGAIN: 3 } },
    })
  })

  it.each([
    ['one timeout', [0, 0, 0, 9, 0, 9, 0], { 'poll 10ms empty': 9 }],
    ['one that can end empty', [0, 0, 0, 9, 4, 9, 0], { 'poll 10ms empty': 9 }],
    ['two that can', [0, 0, 0, 9, 0, 5, 4], { 'poll unknown empty': 9 }],
    ['a wait that began before', [0, 0, 0, 1, 0, 0, 0], { 'poll unknown empty': 1 }],
  ])('tell the timeout where it can have been but one: %s', (_, counts, expected) => {
    expect(waits(parse(rows(...counts)))).toEqual(expected)
  })

  it('are lost where some were not counted', () => {
    expect(lost(parse(rows(10, '<not counted>', 0, 0, 0, 0, 0)))).toBe(1)
  })

  it('are absent where an event is not supported', () => {
    const windows = parse(rows(10, '<not supported>', 0, 0, 0, 0, 0))
    expect(lost(windows)).toBe(0)
    expect(calls(windows)).toMatchObject({ recvfrom: { positive: 10, errors: {} } })
  })

  it('are lost where perf counted a part of the time and scaled it up', () => {
    expect(lost(parse([row(10, '33.00'), ...rows(0, 0, 0, 0, 0, 0)]))).toBe(1)
  })

  it('make no window of calls when some are missing, because it is not known which', () => {
    const [window] = parse(rows(10, 5))
    expect(window?.calls).toBeUndefined()
    expect(window?.lost).toBe(5)
  })

  it('that are damaged take their interval with them, and no other', () => {
    const [first, second] = parse([
      ...rows(10, 5, 0, 0, 0, 0),
      'damaged',
      ...['0.200'].flatMap((time) => [1, 2, 3, 4, 5, 6, 7].map((n) => row(n, '100.00', time))),
    ])
    expect(first?.calls).toBeUndefined()
    expect(first?.lost).toBeGreaterThan(0)
    expect(second?.lost).toBe(0)
  })

  it('that are no rows: comments and empty lines', () => {
    expect(lost(parse(['# started on Tue', '', ...rows(1, 0, 0, 0, 0, 0, 0)]))).toBe(0)
  })
})

describe('perf script', () => {
  const { stacks, lost: missed } = parsePerfScript(capture('perf/stacks.txt'))

  it('gives stacks, innermost frame first, kernel apart from user', () => {
    expect(missed).toBe(0)
    expect(stacks.reduce((sum, stack) => sum + stack.samples, 0)).toBe(34)
    const inKernel = stacks.find((stack) => stack.kernel.length > 0 && stack.user.length > 0)
    expect(inKernel?.kernel.at(-1)).toBe('entry_SYSCALL_64_after_hwframe')
    expect(stacks.some((stack) => stack.user.includes('runtime.findRunnable'))).toBe(true)
  })

  it('counts the same stack of the same thread once for each sample', () => {
    const sample = ['a b 7/8  ', '\t           88197 main.main (/srv/a)', '']
    expect(parsePerfScript([...sample, ...sample])).toEqual({
      stacks: [{ tid: 8, samples: 2, user: ['main.main'], kernel: [] }],
      lost: 0,
    })
  })

  it('keeps the address of what has no symbol', () => {
    const { stacks } = parsePerfScript(['app 7/7  ', '\t    7f2295812940 [unknown] (/usr/lib/libx.so)'])
    expect(stacks[0]?.user).toEqual(['0x7f2295812940 libx.so'])
  })

  it('counts what it does not understand', () => {
    expect(parsePerfScript(['app 7/7  ', 'rubbish']).lost).toBe(1)
  })
})
