import type { Facts } from './facts.ts'

/** Growth of one of the target's counters since the phase began. */
export const grown = ({ first, now }: { first: Facts; now: Facts }, counter: string): number =>
  (now.target.counters[counter] ?? 0) - (first.target.counters[counter] ?? 0)
