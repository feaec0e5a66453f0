import { type Meaning, PERF_EVENTS, type PerfEvent } from './perf-events.ts'
import { Tally } from './tally.ts'
import type { Timeout, Window } from './window.ts'

type End = 'ready' | 'empty' | 'failed'

export interface PerfStatOptions {
  pid: number
  /** when counting began, milliseconds since the epoch */
  start: number
  /** what was counted, in the order of the command line; default: all that the lab asks for */
  events?: readonly PerfEvent[]
}

// Time of the interval's end; count; unit; event; time that it was enabled; share of that time that it was counted.
const ROW = /^\s*(\d+\.\d+),(\d+(?:\.\d+)?|<not counted>|<not supported>),[^,]*,([\w:-]+),(\d+),(\d+\.\d+)/

/**
 * Turns the rows of `perf stat -x, -I 100` into windows. The rows of one interval come in the order of the command line,
 * which is all that tells two filters on one tracepoint apart.
 *
 * A process that did not run in an interval has `<not counted>` on every row: nothing happened. On some rows only, it is a loss.
 */
export class PerfStatParser {
  readonly #pid: number
  readonly #meanings: readonly Meaning[]
  readonly #origin: number
  #previous = 0
  #time = 0
  #rows: string[][] = []
  #lost = 0

  constructor({ pid, start, events = PERF_EVENTS }: PerfStatOptions) {
    this.#pid = pid
    this.#origin = start
    this.#meanings = events.map((event) => event.meaning)
  }

  /** Takes one line; returns the window that it completes. */
  take(line: string): Window[] {
    if (line === '' || line.startsWith('#')) return []
    const [, time, ...row] = ROW.exec(line) ?? []
    if (time === undefined) {
      this.#lost++
      return []
    }
    const windows = Number(time) === this.#time ? [] : this.end()
    this.#time = Number(time)
    this.#rows.push(row)
    return this.#rows.length === this.#meanings.length ? [...windows, ...this.end()] : windows
  }

  /** Closes the interval that is under way. */
  end(): Window[] {
    if (this.#rows.length === 0) return []
    const window: Window = {
      collector: 'perf',
      pids: [this.#pid],
      start: this.#origin + this.#previous * 1000,
      seconds: this.#time - this.#previous,
      ...this.#count(),
      lost: this.#lost,
      cost: 0,
    }
    this.#previous = this.#time
    this.#rows = []
    this.#lost = 0
    return [window]
  }

  #count() {
    // Rows that are missing could be any: then nothing of this interval can be trusted.
    if (this.#rows.length !== this.#meanings.length) {
      this.#lost += Math.abs(this.#meanings.length - this.#rows.length)
      return {}
    }
    const ran = this.#rows.some(([count]) => count !== '<not counted>' && count !== '<not supported>')
    const counts = new Counts()
    for (const [i, meaning] of this.#meanings.entries()) {
      const [count = '', , , share = '100'] = this.#rows[i] ?? []
      if (count === '<not supported>') continue
      if (count === '<not counted>') {
        if (ran) this.#lost++
        continue
      }
      // Counted a part of the time only, and scaled up by perf.
      if (Number(share) < 100) this.#lost++
      counts.add(meaning, Math.round(Number(count)))
    }
    return counts.totals()
  }
}

/** Counts of one interval, which do not say what belongs together: timeouts are seen at entry, results at exit. */
class Counts {
  readonly #results = new Map<string, Map<number | string, number>>()
  readonly #ends = new Map<string, Partial<Record<End, number>>>()
  readonly #timeouts = new Map<string, Set<Timeout>>()
  readonly #peeks = new Map<string, number>()
  #removals = 0

  add(meaning: Meaning, count: number): void {
    if (count === 0) return
    if ('peek' in meaning) this.#peeks.set(meaning.peek, count)
    else if ('removal' in meaning) this.#removals = count
    else if ('timeout' in meaning) entry(this.#timeouts, meaning.wait, () => new Set<Timeout>()).add(meaning.timeout)
    else if ('end' in meaning)
      entry(this.#ends, meaning.wait, () => ({}) as Partial<Record<End, number>>)[meaning.end] = count
    else entry(this.#results, meaning.call, () => new Map<number | string, number>()).set(meaning.result, count)
  }

  totals() {
    const tally = new Tally()
    for (const [call, ends] of this.#ends) {
      for (const end of ['ready', 'empty', 'failed'] as const) {
        const count = ends[end]
        if (count === undefined) continue
        tally.call(call, { ready: 1, empty: 0, failed: 'unknown' }[end], count)
        tally.wait(call, this.#timeoutOf(call, end), end, count)
      }
    }
    for (const [call, results] of this.#results) {
      const special = call === 'epoll_ctl' ? this.#removals : (this.#peeks.get(call) ?? 0)
      this.#split(tally, call, results, special)
    }
    return tally.totals()
  }

  /** The timeout of the waits that ended so, where all that it can have been is one. */
  #timeoutOf(call: string, end: End): Timeout {
    const given = [...(this.#timeouts.get(call) ?? [])]
    // A wait without a timeout does not end empty.
    const possible = end === 'empty' ? given.filter((timeout) => timeout !== 'none') : given
    const [only] = possible
    return only !== undefined && possible.length === 1 ? only : 'unknown'
  }

  /**
   * Tells peeks from reads, and removals from other epoll_ctl. Where both occurred, the peeks are taken to be those that
   * succeeded: progress is then understated, never overstated.
   */
  #split(tally: Tally, call: string, results: ReadonlyMap<number | string, number>, special: number): void {
    const name = call === 'epoll_ctl' ? 'epoll_ctl+DEL' : `${call}+MSG_PEEK`
    const successFirst = [...results].sort(([a], [b]) => rank(a) - rank(b))
    let left = special
    for (const [result, count] of successFirst) {
      const taken = Math.min(left, count)
      left -= taken
      if (taken > 0) tally.call(name, result, taken)
      if (count > taken) tally.call(call, result, count - taken)
    }
  }
}

const rank = (result: number | string) => (typeof result === 'string' ? 2 : result > 0 ? 0 : 1)

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const value = map.get(key) ?? create()
  map.set(key, value)
  return value
}

/** Every window of a recorded output. */
export function parsePerfStat(lines: Iterable<string>, options: PerfStatOptions): Window[] {
  const parser = new PerfStatParser(options)
  return [...[...lines].flatMap((line) => parser.take(line)), ...parser.end()]
}
