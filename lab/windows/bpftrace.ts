import { SPECIAL, TIMEOUT_CODES } from './bpftrace-program.ts'
import { errnoName } from './errno.ts'
import { syscallName } from './syscalls-x64.ts'
import { Tally } from './tally.ts'
import type { Stack, Window } from './window.ts'

const SLEEPS = new Set(['nanosleep', 'clock_nanosleep'])
const WAITS = new Set([...SLEEPS, 'epoll_wait', 'epoll_pwait', 'epoll_pwait2', 'poll', 'ppoll', 'pselect6', 'select'])

export interface BpftraceOptions {
  /** the process, as the windows shall name it */
  pid: number
  /** what to call a thread that bpftrace calls by its number in the outermost namespace */
  innerTid?: (tid: number) => number
}

interface Message {
  type: string
  data: unknown
}

/** Turns what `bpftrace -f json` prints for the lab's program into windows; stacks come once, with the last. */
export class BpftraceParser {
  readonly #pid: number
  readonly #innerTid: (tid: number) => number
  /** ms, of the clock that counts from the start of the machine */
  #previous: number | undefined
  #totals: Readonly<Record<string, number>> = {}
  #latest: Readonly<Record<string, number>> = {}
  #lost = 0
  #held: Window | undefined
  #stacks: Stack[] = []
  #waitStacks: Stack[] = []

  constructor({ pid, innerTid = (tid) => tid }: BpftraceOptions) {
    this.#pid = pid
    this.#innerTid = innerTid
  }

  /** Takes one line and the time at which it was read (milliseconds since the epoch); returns the window before the one that it closes. */
  take(line: string, now: number): Window[] {
    if (line.trim() === '') return []
    const message = parseMessage(line)
    if (message?.type === 'map') this.#map(message.data as Record<string, Record<string, number>>)
    else if (message?.type === 'printf') return this.#close(Number(message.data) / 1e6, now)
    else if (message?.type === 'lost_events') this.#lost += (message.data as { events: number }).events
    else if (message?.type !== 'attached_probes') this.#lost++
    return []
  }

  /** The last window, which has the stacks. */
  end(): Window[] {
    if (!this.#held) return []
    return [{ ...this.#held, stacks: this.#stacks, waitStacks: this.#waitStacks, lost: this.#held.lost + this.#lost }]
  }

  #map(data: Record<string, Record<string, number>>): void {
    this.#latest = data['@calls'] ?? this.#latest
    this.#stacks.push(...this.#parseStacks(data['@cpu']))
    this.#waitStacks.push(...this.#parseStacks(data['@entries']))
  }

  #close(time: number, now: number): Window[] {
    const previous = this.#previous
    this.#previous = time
    if (previous === undefined) return []
    const held = this.#held
    this.#held = {
      collector: 'bpftrace',
      pids: [this.#pid],
      start: now - (time - previous),
      seconds: (time - previous) / 1000,
      ...this.#count(),
      lost: this.#lost,
      cost: 0,
    }
    this.#totals = this.#latest
    this.#lost = 0
    return held ? [held] : []
  }

  #count() {
    const tally = new Tally()
    for (const [key, total] of Object.entries(this.#latest)) {
      const times = total - (this.#totals[key] ?? 0)
      const [id = 0, given = 0, end = 0] = key.split(',').map(Number)
      if (times === 0) continue
      const name = syscallName(id)
      const plain = given !== SPECIAL || WAITS.has(name)
      tally.call(plain ? name : specialName(name), end < 0 ? errnoName(-end) : end, times)
      if (WAITS.has(name))
        tally.wait(name, TIMEOUT_CODES[given] ?? 'unknown', end < 0 ? 'failed' : end > 0 ? 'ready' : 'empty', times)
    }
    return tally.totals()
  }

  #parseStacks(map: Readonly<Record<string, number>> = {}): Stack[] {
    return Object.entries(map).flatMap(([key, samples]) => {
      // Thread, user stack, kernel stack; a stack begins with a line break, one tabulated frame a line.
      const [, tid, user = '', kernel = ''] = /^(\d+),(\n(?:\t.*\n)*)?(?:,(\n(?:\t.*\n)*)?)?$/.exec(key) ?? []
      if (tid === undefined) {
        this.#lost++
        return []
      }
      return { tid: this.#innerTid(Number(tid)), samples, user: frames(user), kernel: frames(kernel) }
    })
  }
}

const specialName = (name: string) => (name === 'epoll_ctl' ? 'epoll_ctl+DEL' : `${name}+MSG_PEEK`)

/** `\taddress symbol+offset (file)`: the symbol; where there is none, the address and the file. */
function frames(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, symbol = line.trim(), file = ''] = /^\t\S+ (.+?)(?:\+\d+)?(?: \((.*)\))?$/.exec(line) ?? []
      return symbol.startsWith('0x') ? `${symbol} ${file.slice(file.lastIndexOf('/') + 1)}`.trim() : symbol
    })
}

function parseMessage(line: string): Message | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** Every window of a recorded output; without its clock, they begin at 0. */
export function parseBpftrace(lines: Iterable<string>, options: BpftraceOptions): Window[] {
  const parser = new BpftraceParser(options)
  return [...[...lines].flatMap((line) => parser.take(line, 0)), ...parser.end()]
}
