import type { Call, Timeout, Wait } from './window.ts'

/** How a call ended: its return value, or the name of its errno. */
export type Result = number | string

/** Sums up the system calls of one slice of time. */
export class Tally {
  readonly #calls = new Map<string, Call>()
  readonly #waits = new Map<string, Wait>()

  call(call: string, result: Result, times = 1): void {
    const entry = this.#calls.get(call) ?? { call, calls: 0, zero: 0, positive: 0, errors: {} }
    this.#calls.set(call, entry)
    entry.calls += times
    if (typeof result === 'string') entry.errors[result] = (entry.errors[result] ?? 0) + times
    else if (result === 0) entry.zero += times
    else entry.positive += times
  }

  wait(call: string, timeout: Timeout, end: 'ready' | 'empty' | 'failed', times = 1): void {
    const key = `${call} ${timeout}`
    const entry = this.#waits.get(key) ?? { call, timeout, ready: 0, empty: 0, failed: 0 }
    this.#waits.set(key, entry)
    entry[end] += times
  }

  /** The parts of a window that are made of system calls. */
  totals(): { calls: Call[]; waits: Wait[] } {
    return { calls: [...this.#calls.values()], waits: [...this.#waits.values()] }
  }
}
