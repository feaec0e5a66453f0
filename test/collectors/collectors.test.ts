import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { describe, expect, it, type TestContext } from 'vitest'
import { allCollectors, loadCollector } from '../../lab/collectors/choose.ts'
import { checkNames } from '../../lab/doctor/examine.ts'
import native from '../../lab/runners/native.ts'
import { judge } from '../../lab/signatures/judge.ts'
import type { Room } from '../../lab/stage/room.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'
import { joinProcess } from '../../lab/windows/join-process.ts'
import type { Window } from '../../lab/windows/window.ts'
import { markedProcesses } from '../marked-processes.ts'
import { needs } from '../needs.ts'
import { calls, valid, waits } from '../windows/capture.ts'
import { build, load, serve } from './server.ts'

/** Those that count system calls, and the doctor's check for each. */
const COUNTING = [
  ['probe', 'bpf'],
  ['bpftrace', 'bpftrace'],
  ['perf', 'perf'],
  ['strace', 'strace'],
] as const
const ALL = [...COUNTING, ['procfs', 'procfs']] as const

/** What one of them sees until it has seen three tenths of a second, or the process is gone. */
async function look(name: string, room: Room, pid: number): Promise<Window[]> {
  await using watch = (await loadCollector(name)).watch(room, pid, { dense: true })
  const windows: Window[] = []
  for await (const window of watch) {
    windows.push(window)
    if (counted(windows) > 0.3) break
  }
  return valid(windows)
}

/** Seconds in which system calls were counted. */
const counted = (windows: readonly Window[]) =>
  windows.reduce((sum, { calls, seconds }) => sum + (calls ? seconds : 0), 0)

const total = (windows: readonly Window[], call: string) => calls(windows)[call]?.calls ?? 0
const lost = (windows: readonly Window[]) => windows.reduce((sum, window) => sum + window.lost, 0)
/** Only the ends of waits, whatever the timeouts. */
function ends(windows: readonly Window[], call: string) {
  const sums = { ready: 0, empty: 0, failed: 0 }
  for (const [key, times] of Object.entries(waits(windows))) {
    const [name, , end] = key.split(' ') as [string, string, keyof typeof sums]
    if (name === call) sums[end] += times
  }
  return sums
}

it('has a check of the doctor for each collector that counts calls', () => {
  for (const [, check] of ALL) expect(checkNames()).toContain(check)
})

it('finds its collectors by listing a folder, best first', async () => {
  expect((await allCollectors()).map((collector) => collector.name)).toEqual([
    'probe',
    'bpftrace',
    'perf',
    'strace',
    'procfs',
  ])
})

describe.each(COUNTING)('%s', (name, check) => {
  it('sees a spin: one wait, always ready, nothing else to speak of', async (context: TestContext) => {
    await needs(context, 'go', check)
    await using binary = await build('half-close')
    await using server = await serve(thisMachine, binary.program)
    const windows = await look(name, thisMachine, server.pid)
    const { ready, empty, failed } = ends(windows, 'epoll_wait')
    expect(lost(windows)).toBe(0)
    expect(ready).toBeGreaterThan(10 * (empty + failed + 1))
    expect(total(windows, 'read') + total(windows, 'write')).toBeLessThan(ready / 10)
    // Where the observer tells descriptors apart, it names the one, and that nothing consumed it.
    const spinning = windows.flatMap((window) => window.descriptors ?? []).filter((part) => part.ready > 0)
    for (const part of spinning)
      expect(part).toMatchObject({ fd: server.number, kind: 'socket', useful: 0, events: 'IN|RDHUP' })
    // A row is copied while it grows: now and then a few of its counts are in the next window.
    const all = (of: 'ready' | 'unconsumed') => spinning.reduce((sum, part) => sum + part[of], 0)
    expect(all('unconsumed')).toBeGreaterThanOrEqual(0.99 * all('ready'))
    expect(spinning.length > 0).toBe(windows.some((window) => window.descriptors !== undefined))
  })

  it('sees a healthy server under load: reads and writes for what it found ready', async (context: TestContext) => {
    await needs(context, 'go', check)
    await using binary = await build('echo')
    await using server = await serve(thisMachine, binary.program)
    await using _load = await load(server.number, 8)
    const windows = await look(name, thisMachine, server.pid)
    const seen = calls(windows)
    expect(lost(windows)).toBe(0)
    // Each echo is one read and one write.
    expect(seen.write?.positive).toBeGreaterThan(0)
    expect(seen.read?.positive).toBeGreaterThan((seen.write?.positive ?? 0) / 2)
    expect(seen.read?.positive).toBeLessThan(2 * (seen.write?.positive ?? 0))
    expect((seen.read?.positive ?? 0) + (seen.write?.positive ?? 0)).toBeGreaterThan(ends(windows, 'epoll_pwait').ready)
    for (const { useful, ready, kind } of windows.flatMap((window) => window.descriptors ?? []))
      if (kind === 'socket' && ready > 5) expect(useful).toBeGreaterThan(ready / 2)
  })

  it('sees the same spin through the walls of a sandbox, by the pid that it has in there', async (context: TestContext) => {
    await needs(context, 'go', 'namespaces', check)
    await using binary = await build('half-close')
    await using stage = await native.open()
    await using server = await serve(stage.tracer, binary.program)
    const windows = await look(name, stage.tracer, server.pid)
    expect(ends(windows, 'epoll_wait').ready).toBeGreaterThan(100)
    expect(new Set(windows.flatMap((window) => window.pids))).toEqual(new Set([server.pid]))
  })
})

describe('on the same process, whoever looks', () => {
  /** What is made of what one of them sees, once it has counted for three tenths of a second, with CPU from a procfs watch beside. */
  async function verdict(name: string, pid: number, procfs: readonly Window[]) {
    await using watch = (await loadCollector(name)).watch(thisMachine, pid, { dense: true })
    const windows: Window[] = []
    for await (const window of watch) {
      windows.push(window)
      const { verdict, class: found } = judge(joinProcess(windows, procfs))
      if (counted(windows) > 0.3 && verdict !== 'no-data') return [name, verdict, found]
    }
    return [name, 'it ended', null]
  }

  async function verdicts(pid: number) {
    const procfs: Window[] = []
    const watch = (await loadCollector('procfs')).watch(thisMachine, pid)
    const reading = (async () => {
      for await (const window of watch) procfs.push(window)
    })()
    const seen = []
    for (const [name] of COUNTING) seen.push(await verdict(name, pid, procfs))
    await watch[Symbol.asyncDispose]()
    await reading
    return seen
  }

  const all = COUNTING.map(([, check]) => check)

  it('finds the spin', async (context) => {
    await needs(context, 'go', 'procfs', ...all)
    await using binary = await build('half-close')
    await using server = await serve(thisMachine, binary.program)
    expect(await verdicts(server.pid)).toEqual(COUNTING.map(([name]) => [name, 'spin', 'unconsumed-readiness']))
  })

  it('finds the healthy server healthy', async (context) => {
    await needs(context, 'go', 'procfs', ...all)
    await using binary = await build('echo')
    await using server = await serve(thisMachine, binary.program)
    await using _load = await load(server.number, 8)
    expect(await verdicts(server.pid)).toEqual(COUNTING.map(([name]) => [name, 'healthy', null]))
  })
})

// From here on all that is watched sleeps, so that the tests do not disturb each other.
describe.concurrent.each(ALL)('%s', (name, check) => {
  it('has nothing to tell of a process that is gone', async (context: TestContext) => {
    await needs(context, check)
    await using child = thisMachine.run(['true'])
    await child.ended
    expect(await look(name, thisMachine, child.pid)).toEqual([])
  })

  it('ends when the process ends', async (context: TestContext) => {
    await needs(context, check)
    await using child = thisMachine.run(['sh', '-c', 'while read -r line; do echo "$line"; done'])
    child.tell('a')
    const watch = (await loadCollector(name)).watch(thisMachine, child.pid)
    const seen = (async () => {
      for await (const _window of watch) await child.stop()
    })()
    await using _watch = watch
    await seen
  })

  it('ends while someone waits for its next window', async (context: TestContext) => {
    await needs(context, check)
    await using child = thisMachine.run(['sleep', '60'])
    const watch = (await loadCollector(name)).watch(thisMachine, child.pid)
    const windows = watch[Symbol.asyncIterator]()
    valid([(await windows.next()).value])
    const pending = windows.next()
    await watch[Symbol.asyncDispose]()
    await pending
  })

  it('dies with the lab, and the process lives on', async (context: TestContext) => {
    await needs(context, check)
    await using child = thisMachine.run(['sleep', '60'])
    const mark = randomUUID()
    const lab = execa(process.execPath, [join(import.meta.dirname, 'watch.ts'), name, `${child.pid}`], {
      env: { SPINLAB_MARK: mark },
      reject: false,
    })
    await once(lab.stdout, 'data')
    const running = () => markedProcesses(`SPINLAB_MARK=${mark}`)
    expect(await running()).not.toEqual([])
    lab.kill('SIGKILL')
    await lab
    await context.expect.poll(running, { timeout: 5000, interval: 20 }).toEqual([])
    expect(await readFile(`/proc/${child.pid}/status`, 'utf8')).toMatch(/State:\tS/)
  })

  it('hands out the raw lines, from which its windows can be made again', async (context: TestContext) => {
    await needs(context, check)
    await using child = thisMachine.run(['sleep', '60'])
    const lines: string[] = []
    await using watch = (await loadCollector(name)).watch(thisMachine, child.pid, {
      capture: (line) => lines.push(line),
    })
    await watch[Symbol.asyncIterator]().next()
    expect(lines.length).toBeGreaterThan(0)
  })
})

describe.concurrent('strace', () => {
  it('lets the process go on when it is ended in the middle of a look', async (context) => {
    await needs(context, 'strace')
    await using child = thisMachine.run(['sleep', '60'])
    const tracer = async () => /TracerPid:\t(\d+)/.exec(await readFile(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    const watch = (await loadCollector('strace')).watch(thisMachine, child.pid, { seconds: 30 })
    const windows = watch[Symbol.asyncIterator]()
    const pending = windows.next()
    await context.expect.poll(tracer, { timeout: 10_000, interval: 10 }).not.toBe('0')
    await watch[Symbol.asyncDispose]()
    await pending
    expect(await tracer()).toBe('0')
  })

  it('leaves nothing behind, whenever it is told to end', async (context) => {
    await needs(context, 'strace')
    const mark = randomUUID()
    const room: Room = { run: (argv) => thisMachine.run(argv, { env: { SPINLAB_MARK: mark } }) }
    await using child = thisMachine.run(['sleep', '60'])
    // Its start has many steps, and an interrupt must find each of them ready for it.
    for (let ms = 0; ms < 60; ms += 4) {
      const watch = (await loadCollector('strace')).watch(room, child.pid, { seconds: 30 })
      const pending = watch[Symbol.asyncIterator]().next()
      await delay(ms)
      await watch[Symbol.asyncDispose]()
      await pending
      // A shell that was interrupted may leave its nap of some milliseconds behind; nothing stays.
      await context.expect
        .poll(() => markedProcesses(`SPINLAB_MARK=${mark}`), { timeout: 2000, interval: 20 })
        .toEqual([])
    }
  })

  it('is not attached all the time when nobody says for how long', async (context) => {
    await needs(context, 'strace')
    await using child = thisMachine.run(['sleep', '60'])
    await using watch = (await loadCollector('strace')).watch(thisMachine, child.pid)
    let seconds = 0
    let first = Infinity
    let last = 0
    for await (const window of watch) {
      seconds += window.seconds
      first = Math.min(first, window.start)
      last = window.start
      if (last - first > 1500) break
    }
    expect(seconds).toBeLessThan((last - first) / 1000)
  })
})
