import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Call, type Descriptor, Window } from '../../lab/windows/window.ts'

/** The lines of a recorded capture. */
export function capture(name: string): string[] {
  return readFileSync(new URL(`../captures/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
}

/** Each is what the schema says that a window is. */
export const valid = (windows: readonly Window[]) => z.array(Window).parse(windows)

/** Calls of all windows, by name: [calls, zero, positive, errors]. */
export function calls(windows: readonly Window[]): Record<string, Omit<Call, 'call'>> {
  const sums: Record<string, Omit<Call, 'call'>> = {}
  for (const { call, ...more } of windows.flatMap((window) => window.calls ?? [])) {
    const sum = sums[call] ?? { calls: 0, zero: 0, positive: 0, errors: {} }
    sums[call] = {
      calls: sum.calls + more.calls,
      zero: sum.zero + more.zero,
      positive: sum.positive + more.positive,
      errors: add(sum.errors, more.errors),
    }
  }
  return sums
}

/** Ends of waits of all windows: `call timeout end` → how often. */
export function waits(windows: readonly Window[]): Record<string, number> {
  return windows
    .flatMap((window) => window.waits ?? [])
    .flatMap(({ call, timeout, ...ends }) =>
      Object.entries(ends).flatMap(([end, times]) => (times ? [{ [`${call} ${timeout} ${end}`]: times }] : [])),
    )
    .reduce(add, {})
}

/** What was done on one descriptor in all windows; names as in the last. */
export function descriptor(windows: readonly Window[], fd: number): Descriptor | undefined {
  const parts = windows.flatMap((window) => window.descriptors ?? []).filter((part) => part.fd === fd)
  const last = parts.at(-1)
  if (!last) return undefined
  const total = (
    field:
      | 'useful'
      | 'eof'
      | 'again'
      | 'sendAgain'
      | 'failed'
      | 'peeked'
      | 'ready'
      | 'unconsumed'
      | 'bytesIn'
      | 'bytesOut',
  ) => parts.reduce((sum, part) => sum + part[field], 0)
  return {
    ...last,
    useful: total('useful'),
    eof: total('eof'),
    again: total('again'),
    sendAgain: total('sendAgain'),
    failed: total('failed'),
    peeked: total('peeked'),
    ready: total('ready'),
    unconsumed: total('unconsumed'),
    bytesIn: total('bytesIn'),
    bytesOut: total('bytesOut'),
  }
}

export const lost = (windows: readonly Window[]) => windows.reduce((sum, window) => sum + window.lost, 0)

function add(a: Record<string, number>, b: Record<string, number>): Record<string, number> {
  const sum = { ...a }
  for (const [key, value] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + value
  return sum
}
