import type { GuardResult, Trial } from '../guard/result.ts'
import type { Suite } from './junit-file.ts'
import { borderless, milliseconds, paint } from './table.ts'

/** The answer first, then how it bore each kind of chaos, then what a spin rests on. */
export function guardReport(result: GuardResult): string {
  const parts = [
    `${paint(result.outcome, result.outcome)} in ${result.seconds.toFixed(1)} s: ${result.command.join(' ')} on ${result.protocols.map(protocol).join(', ')}`,
    trials(result),
    ...result.chaos.filter(({ verdict }) => verdict === 'spin').map(evidence),
    saneTable(result),
    result.idle?.blind.length && `Not seen:\n${result.idle.blind.map((what) => `  ${what}`).join('\n')}`,
    result.reasons.length && `Why it is no pass:\n${result.reasons.map((reason) => `  ${reason}`).join('\n')}`,
    `again      ${result.reproduce}`,
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`.replaceAll(/ +$/gm, '')
}

/** One case a kind of chaos; no data is an error, never a pass. */
export function guardSuite({ command, idle, chaos, reasons, outcome, seconds, reproduce }: GuardResult): Suite {
  const again = `again: ${reproduce}`
  const cases: Suite['cases'] = chaos.map((trial) => ({
    name: trial.client,
    seconds: trial.seconds,
    outcome: OUTCOMES[trial.verdict],
    text: [...[trial.class, trial.cause].filter((word) => word !== null), ...trial.evidence, again].join('\n'),
  }))
  if (idle) cases.unshift({ name: 'idle', seconds: idle.seconds, outcome: OUTCOMES[idle.verdict], text: again })
  // What belongs to no kind of chaos, such as the server's end, must not be lost in a green report.
  if (outcome !== 'pass' && cases.every((one) => one.outcome === 'pass'))
    cases.push({ name: 'whole', seconds: 0, outcome, text: [...reasons, again].join('\n') })
  return { name: `guard ${command.join(' ')}`, className: 'spinlab.guard', seconds, cases }
}

const OUTCOMES = { spin: 'fail', healthy: 'pass', 'no-data': 'inconclusive' } as const

const protocol = ({ port, tls, http }: GuardResult['protocols'][number]) =>
  `port ${port} (${[tls && 'TLS', http && 'HTTP'].filter(Boolean).join(', ') || 'neither TLS nor HTTP'})`

function trials({ idle, chaos }: GuardResult): string {
  const table = borderless(['chaos', 'verdict', 'when', 'cores', 'descriptors', 'arrivals', 'closed by it', ''])
  if (idle)
    table.push(['none', idle.class ?? idle.verdict, '', idle.cpu.toFixed(2), '', '', '', 'sane connections alone'])
  for (const trial of chaos)
    table.push([
      trial.client,
      paint(OUTCOMES[trial.verdict], trial.class ?? trial.verdict),
      trial.when ?? '',
      trial.cpu?.toFixed(2) ?? '-',
      trial.descriptors ? `${trial.descriptors.open} of ${trial.descriptors.limit}` : '-',
      trial.arrivals,
      trial.closedByServer,
      trial.title,
    ])
  return table.length ? `${table}` : ''
}

const evidence = ({ client, cause, evidence: lines }: Trial) =>
  `${client}: ${cause}\n${lines.map((line) => `    ${line}`).join('\n')}`

function saneTable({ sane }: GuardResult): string {
  const table = borderless(['sane connections', 'p50', 'p99', 'failed'])
  for (const [when, { ok, failed, p50, p99 }] of Object.entries(sane))
    table.push([when, milliseconds(p50), milliseconds(p99), `${failed}/${ok + failed}`])
  return `${table}`
}
