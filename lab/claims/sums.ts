import type { Window } from '../windows/window.ts'

/** Ends of waits a second, over all windows that saw them. */
export function waitsIn(windows: readonly Window[]) {
  const counted = windows.filter((window) => window.waits)
  const rows = counted.flatMap((window) => window.waits ?? [])
  const seconds = counted.reduce((sum, window) => sum + window.seconds, 0)
  const sum = (pick: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + pick(row), 0)
  const [ready, empty] = [sum((row) => row.ready), sum((row) => row.empty)]
  return {
    ready,
    empty,
    perSecond: seconds ? (ready + empty) / seconds : 0,
    /** share of the returns that brought nothing */
    emptyShare: ready + empty ? empty / (ready + empty) : 0,
    timeouts: [...new Set(rows.map((row) => row.timeout))].sort(),
  }
}

export const percent = (share: number) => `${(100 * share).toFixed(0)} %`
export const perSecond = (rate: number) => `${Math.round(rate).toLocaleString('en')}/s`
