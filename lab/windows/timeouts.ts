import type { Timeout } from './window.ts'

// Seconds. A thousandth more than the bound, so that 0.1 ms written in binary still counts as 100 us.
const BOUNDS: readonly [number, Timeout][] = [
  [0, '0'],
  [100.1e-6, '100us'],
  [1.001e-3, '1ms'],
  [10.01e-3, '10ms'],
  [100.1e-3, '100ms'],
]

/** The class of a timeout given in seconds; negative means for ever, as it does to epoll_wait(2) and poll(2). */
export function classifyTimeout(seconds: number): Timeout {
  if (seconds < 0) return 'none'
  return BOUNDS.find(([bound]) => seconds <= bound)?.[1] ?? 'longer'
}
