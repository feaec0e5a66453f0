import { type Claim, told } from '../claim.ts'

interface Rejection {
  medianMs: { sni: number; version: number; alpn: number; none: number }
  record: number
  level: number
  alert: number
}

/** So much slower than the article's figure still counts as it: a machine that does other work is no refutation. */
const SLACK = 5

const latency = (id: string, stage: 'sni' | 'version' | 'alpn', ms: number): Claim => ({
  id: `reject-${id}`,
  section: '4.2',
  sentence: `A rejection by ${id} takes about ${ms} ms.`,
  command: 'demo rejection',
  expected: `a median of at most ${ms * SLACK} ms, and less than a whole handshake`,
  async test(bench) {
    const { medianMs } = await bench.see<Rejection>('rejection')
    const [took, whole] = [medianMs[stage], medianMs.none]
    return told(
      took <= ms * SLACK && took < whole,
      `${took.toFixed(2)} ms (median of 51), a whole handshake ${whole.toFixed(2)} ms`,
    )
  },
})

const claims: Claim[] = [
  latency('SNI', 'sni', 1),
  latency('version', 'version', 0.5),
  latency('ALPN', 'alpn', 1),
  {
    id: 'reject-alert',
    section: '4.2',
    sentence: 'When GetConfigForClient returns an error, the client gets alert 80 (internal_error).',
    command: 'demo rejection',
    expected: 'record type 21 (alert), level 2 (fatal), description 80',
    async test(bench) {
      const { record, level, alert } = await bench.see<Rejection>('rejection')
      return told(
        record === 21 && level === 2 && alert === 80,
        `record type ${record}, level ${level}, description ${alert}`,
      )
    },
  },
]
export default claims
