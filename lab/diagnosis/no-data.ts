import type { Diagnosis } from './diagnosis.ts'

/** The answer when there was nothing to look at. */
export function noData(pid: number, cause: string): Diagnosis {
  return {
    pid,
    name: '',
    verdict: 'no-data',
    class: null,
    cause,
    confidence: 0,
    cpu: 0,
    severity: { level: 'none', cores: 0, wakeups: 0, unserved: 0 },
    findings: [],
    rates: {},
    evidence: [],
    fixes: [],
    illusion: null,
    collector: '',
    blind: [],
    lost: 0,
    seconds: 0,
  }
}
