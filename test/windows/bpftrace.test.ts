import { describe, expect, it } from 'vitest'
import { BpftraceParser, parseBpftrace } from '../../lab/windows/bpftrace.ts'
import { calls, capture, lost, valid, waits } from './capture.ts'

const recorded = (name: string) => valid(parseBpftrace(capture(`bpftrace/${name}.jsonl`), { pid: 7 }))
const message = (type: string, data: unknown) => JSON.stringify({ type, data })
const clock = (ms: number) => message('printf', `${ms * 1_000_000}\n`)
const parse = (...lines: string[]) => valid(parseBpftrace(lines, { pid: 7 }))

describe('bpftrace', () => {
  it('shows a spin on one wait, with its timeout', () => {
    const windows = recorded('half-close')
    expect(lost(windows)).toBe(0)
    expect(calls(windows).epoll_wait).toMatchObject({ zero: 0, errors: {} })
    expect(waits(windows)['epoll_wait longer ready']).toBeGreaterThan(
      100 * (waits(windows)['epoll_wait unknown ready'] ?? 0),
    )
    const burning = windows.at(-1)?.stacks ?? []
    expect(burning.some(({ user }) => user.includes('syscall.EpollWait'))).toBe(true)
    expect(burning.some(({ kernel }) => kernel.at(-1) === 'entry_SYSCALL_64_after_hwframe')).toBe(true)
  })

  it('shows a healthy server: results and timeouts together, and who waits', () => {
    const windows = recorded('echo')
    expect(waits(windows)).toMatchObject({
      'epoll_pwait 0 ready': expect.any(Number),
      'epoll_pwait 0 empty': expect.any(Number),
      'epoll_pwait none ready': expect.any(Number),
    })
    expect(waits(windows)).not.toHaveProperty('epoll_pwait none empty')
    expect(windows.at(-1)?.waitStacks?.some(({ user }) => user.includes('runtime.netpoll'))).toBe(true)
  })
})

describe('its counts', () => {
  const windows = parse(
    message('attached_probes', { probes: 3 }),
    clock(1000),
    message('map', { '@calls': { '0,0,1': 5, '232,2,0': 7 } }),
    clock(1100),
    message('map', { '@calls': { '0,0,1': 5, '232,2,0': 9, '45,1,1': 3, '288,0,-24': 2, '233,1,0': 1 } }),
    clock(1300),
  )

  it('grow, and each window holds what was added', () => {
    expect(windows.map((window) => window.seconds)).toEqual([0.1, expect.closeTo(0.2)])
    expect(calls(windows.slice(0, 1))).toMatchObject({ read: { calls: 5 }, epoll_wait: { calls: 7 } })
    expect(calls(windows.slice(1))).toEqual({
      epoll_wait: { calls: 2, zero: 2, positive: 0, errors: {} },
      'recvfrom+MSG_PEEK': { calls: 3, zero: 0, positive: 3, errors: {} },
      accept4: { calls: 2, zero: 0, positive: 0, errors: { EMFILE: 2 } },
      'epoll_ctl+DEL': { calls: 1, zero: 1, positive: 0, errors: {} },
    })
  })

  it('hold the timeout that was noted at the entry', () => {
    expect(waits(windows)).toEqual({ 'epoll_wait 0 empty': 9 })
  })

  it('come with the losses that bpftrace reports', () => {
    expect(lost(parse(clock(0), message('lost_events', { events: 42 }), clock(100)))).toBe(42)
    expect(lost(parse(clock(0), '{"type": "map", "data": {"@calls": {"0,0', clock(100)))).toBe(1)
    expect(lost(parse(clock(0), clock(100), message('map', { '@cpu': { 'no stack': 1 } })))).toBe(1)
  })

  it('name threads as the room does', () => {
    const parser = new BpftraceParser({ pid: 7, innerTid: (tid) => tid - 1000 })
    for (const line of [clock(0), clock(100), message('map', { '@cpu': { '1007,\n\t4a main.main+3 (/srv/a)\n,': 4 } })])
      parser.take(line, 0)
    expect(parser.end()[0]?.stacks).toEqual([{ tid: 7, samples: 4, user: ['main.main'], kernel: [] }])
  })
})
