import type { LatencySummary } from './cost.ts'
import type { SaneReport, SaneTally } from './facts.ts'

export const noRequests: SaneTally = {
  ok: 0,
  failed: 0,
  okInARow: 0,
  reconnects: 0,
  certificates: [],
  latencies: [],
  errors: {},
}

/** Adds what the sane client reported between two of its lines. */
export function addReport(tally: SaneTally, report: SaneReport, previous: SaneReport | undefined): SaneTally {
  const ok = report.ok - (previous?.ok ?? 0)
  const failed = report.failed - (previous?.failed ?? 0)
  const errors = { ...tally.errors }
  for (const [code, total] of Object.entries(report.errors)) {
    const fresh = total - (previous?.errors[code] ?? 0)
    if (fresh > 0) errors[code] = (errors[code] ?? 0) + fresh
  }
  return {
    ok: tally.ok + ok,
    failed: tally.failed + failed,
    okInARow: failed > 0 ? 0 : tally.okInARow + ok,
    reconnects: tally.reconnects + report.reconnects - (previous?.reconnects ?? 0),
    certificates: [...new Set([...tally.certificates, ...report.certificates])],
    latencies: [...tally.latencies, ...report.latencies],
    errors,
  }
}

/** What a summary is made of. */
export type Answers = Pick<SaneTally, 'ok' | 'failed' | 'latencies' | 'errors'>

export function summarise(tally: Answers = noRequests): LatencySummary {
  const sorted = [...tally.latencies].sort((a, b) => a - b)
  return {
    ok: tally.ok,
    failed: tally.failed,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    errors: tally.errors,
  }
}

/** Nearest rank; null of nothing. */
function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null
}
