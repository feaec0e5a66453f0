import type { DescriptorName } from './descriptor-name.ts'
import { type DescriptorSnapshot, parseSnapshot } from './descriptor-snapshot.ts'
import { DescriptorTally } from './descriptor-tally.ts'
import { countAchievement, fullName, noteDescriptor } from './strace-achievement.ts'
import { parseCall, parseLine, type TracedCall } from './strace-line.ts'
import { tracedWait } from './strace-wait.ts'
import { Tally } from './tally.ts'
import { classifyTimeout } from './timeouts.ts'
import type { Window } from './window.ts'

/** ms */
const SLICE = 100
const SHORTEST = 1
const LONGEST_SILENCE = 3_600_000

export interface StraceOptions {
  /** the traced process; threads that the trace does not show being made belong to it */
  pid: number
  /** when strace was started, milliseconds since the epoch; it begins to trace somewhat later */
  start?: number
}

/**
 * Turns the lines of `strace -f -y -ttt -T` (or -yy) into windows of 100 ms. A call counts when it returns.
 *
 * An event of epoll carries whatever number the program registered, which need not be the descriptor. It is attributed
 * only by a registration, seen in the trace or learned from fdinfo; an event that cannot be attributed counts as lost.
 */
export class StraceParser {
  readonly #pid: number
  readonly #started: number | undefined
  /** of the slice under way */
  #start: number | undefined
  #last = 0
  #tally = new Tally()
  #lost = 0
  /** The last line was damaged; if it stays the last, it is the call during which the tracer went, and nothing is lost. */
  #cut = false
  readonly #processOf = new Map<number, number>()
  readonly #descriptors = new Map<number, DescriptorTally>()
  readonly #sockets = new Map<number, DescriptorName>()
  /** `pid epfd data` → descriptor */
  readonly #registrations = new Map<string, number>()
  /** thread → beginning of the line of its call */
  readonly #unfinished = new Map<number, string>()

  constructor({ pid, start }: StraceOptions) {
    this.#pid = pid
    this.#started = start
    this.#of(pid)
  }

  /** Takes in what /proc says about the descriptors of the traced process. */
  learn(snapshot: DescriptorSnapshot): void {
    const descriptors = this.#of(this.#pid)
    for (const [inode, name] of snapshot.sockets) this.#sockets.set(inode, name)
    for (const tid of snapshot.threads) this.#processOf.set(tid, this.#pid)
    for (const [fd, name] of snapshot.names) descriptors.introduce(fd, name)
    for (const { epfd, data, fd, events } of snapshot.registrations) this.#register(this.#pid, epfd, data, fd, events)
  }

  /** Takes one line; returns the windows that it closes. */
  take(line: string): Window[] {
    if (line === '') return []
    const parsed = parseLine(line)
    if (parsed?.kind === 'notice') return []
    if (this.#cut) this.#lost++
    this.#cut = !parsed
    if (!parsed) return []
    const { at, tid = this.#pid } = parsed
    // A damaged number would be filled up with empty windows.
    if (this.#last > 0 && Math.abs(at - this.#last) > LONGEST_SILENCE) return this.#lose()
    if (parsed.kind === 'call') return this.#count(tid, parsed.call, at + parsed.call.duration * 1000)
    const head = this.#unfinished.get(tid)
    this.#unfinished.delete(tid)
    if (parsed.kind === 'unfinished') this.#unfinished.set(tid, parsed.head)
    if (parsed.kind !== 'resumed') return this.until(at)
    const call = head === undefined ? undefined : parseCall(head + parsed.tail)
    return call ? this.#count(tid, call, at) : this.#lose()
  }

  /** Closes the windows that end before this time (milliseconds since the epoch), empty ones included. */
  until(time: number): Window[] {
    // Of a busy process the first line shows when tracing began, of an idle one it does not.
    const started = this.#started ?? time
    let start = this.#start ?? (time - started > SLICE ? started : time)
    this.#last = Math.max(this.#last, time)
    const windows: Window[] = []
    for (; time >= start + SLICE; start += SLICE) windows.push(this.#close(start, SLICE))
    this.#start = start
    return windows
  }

  /** Closes the last window at this time; without one, at the last line's. */
  end(time = this.#last): Window[] {
    const windows = this.until(time)
    const start = this.#start
    if (start === undefined) return windows
    const rest = time - start
    const anything = this.#lost > 0 || this.#tally.totals().calls.length > 0
    // Nothing is left out, and no rate is made by dividing by nothing.
    return anything || rest >= SHORTEST ? [...windows, this.#close(start, Math.max(rest, SHORTEST))] : windows
  }

  #close(start: number, milliseconds: number): Window {
    const window: Window = {
      collector: 'strace',
      pids: [...this.#descriptors.keys()],
      start,
      seconds: milliseconds / 1000,
      ...this.#tally.totals(),
      descriptors: [...this.#descriptors.values()].flatMap((descriptors) => descriptors.take()),
      lost: this.#lost,
      cost: 0,
    }
    this.#tally = new Tally()
    this.#lost = 0
    return window
  }

  #lose(): Window[] {
    this.#lost++
    return []
  }

  #of(pid: number): DescriptorTally {
    const descriptors = this.#descriptors.get(pid) ?? new DescriptorTally(pid, this.#sockets)
    this.#descriptors.set(pid, descriptors)
    return descriptors
  }

  #register(pid: number, epfd: number, data: string, fd: number, events: string): void {
    this.#registrations.set(`${pid} ${epfd} ${data}`, fd)
    this.#of(pid).register(fd, epfd, events)
  }

  #count(tid: number, call: TracedCall, returned: number): Window[] {
    const windows = this.until(returned)
    const { name, args, value, errno, annotation } = call
    if (value === undefined && errno === undefined) return windows
    const pid = this.#process(tid)
    const descriptors = this.#of(pid)
    this.#tally.call(fullName(call), errno ?? value ?? 0)
    this.#countWait(pid, call)
    countAchievement(call, descriptors)
    if (name === 'epoll_ctl' && value === 0) this.#learnRegistration(pid, args)
    if (isFork(name) && value) this.#processOf.set(value, sharesProcess(args.join()) ? pid : value)
    if (annotation !== undefined && value !== undefined) {
      if (name.startsWith('dup')) descriptors.close(value)
      descriptors.annotate(value, annotation)
    }
    return windows
  }

  #countWait(pid: number, call: TracedCall): void {
    const wait = tracedWait(call)
    if (!wait) return
    const descriptors = this.#of(pid)
    this.#tally.wait(call.name, classifyTimeout(wait.timeout), wait.end)
    for (const { fd, annotation } of wait.watched) descriptors.annotate(fd, annotation)
    const known = wait.data.map((data) => this.#registrations.get(`${pid} ${wait.epfd} ${data}`))
    const ready = [...wait.ready, ...known.filter((fd) => fd !== undefined)]
    for (const fd of ready) descriptors.ready(fd)
    this.#lost += wait.unlisted + known.filter((fd) => fd === undefined).length
  }

  #learnRegistration(pid: number, [set, operation, target, event = '']: readonly string[]): void {
    const epfd = noteDescriptor(set, this.#of(pid))
    const fd = noteDescriptor(target, this.#of(pid))
    const data = /u64=(\w+)/.exec(event)?.[1]
    const events = /events=([\w|]+)/.exec(event)?.[1]?.replaceAll('EPOLL', '')
    if (operation === 'EPOLL_CTL_DEL' || epfd === undefined || fd === undefined) return
    if (data !== undefined && events !== undefined) this.#register(pid, epfd, BigInt(data).toString(), fd, events)
  }

  /** A thread that appears before the line of the fork that made it has ended is that fork's child. */
  #process(tid: number): number {
    const known = this.#processOf.get(tid)
    if (known !== undefined) return known
    const forking = [...this.#unfinished.values()].some(
      (head) => isFork(head.slice(0, head.indexOf('('))) && !sharesProcess(head),
    )
    const pid = forking && tid !== this.#pid ? tid : this.#pid
    this.#processOf.set(tid, pid)
    return pid
  }
}

const isFork = (name: string) => ['clone', 'clone3', 'fork', 'vfork'].includes(name)
const sharesProcess = (args: string) => args.includes('CLONE_THREAD')

/** In a capture, lines of the snapshot of /proc stand before the trace, behind this mark. */
export const SNAPSHOT_MARK = '# '

/** Every window of a recorded capture. */
export function parseStrace(capture: readonly string[], options: StraceOptions & { end?: number }): Window[] {
  const isTrace = (line: string) => !line.startsWith(SNAPSHOT_MARK)
  const snapshot = capture.filter((line) => !isTrace(line)).map((line) => line.slice(SNAPSHOT_MARK.length))
  const parser = new StraceParser(options)
  parser.learn(parseSnapshot(snapshot))
  return [...capture.filter(isTrace).flatMap((line) => parser.take(line)), ...parser.end(options.end)]
}
