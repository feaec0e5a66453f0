const UNITS = { ms: 1, s: 1000, m: 60_000 } as const

/** ms of `30s`, `1.5m`, `200ms`; undefined of anything else. */
export function durationOf(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? []
  return amount === undefined ? undefined : Number(amount) * UNITS[unit as keyof typeof UNITS]
}
