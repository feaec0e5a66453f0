import { styleText } from 'node:util'
import type { ObserverCost } from '../experiment/cost.ts'
import { phaseTitle } from '../experiment/phases.ts'
import type { ExperimentResult, PhaseResult, WitnessResult } from '../experiment/result.ts'
import type { Exhibit, NamedScenario } from '../experiment/scenario.ts'
import { borderless, compact, milliseconds, paint } from './table.ts'

/** The report of one experiment for a tired engineer: the answer first, then what it rests on. */
export function terminalReport(result: ExperimentResult, scenario: NamedScenario): string {
  const parts = [
    `${styleText('bold', result.scenario)}: ${scenario.title}\n${headline(result)}`,
    phaseTable(result.phases),
    fixes(result.phases, scenario, result.variant),
    result.exhibit && exhibit(result.exhibit),
    result.controls.length &&
      `Controls, under the same chaos:\n${result.controls.map((control) => controlLine(control.title, control.phases)).join('\n')}`,
    costs(result),
    handshakes(result),
    result.witnesses.length && `Witnesses:\n${result.witnesses.map(witnessLine).join('\n')}`,
    result.collectors.missing.length &&
      `Not looked at with:\n${result.collectors.missing.map((lack) => `  ${lack.name}: ${lack.missing}; ${lack.remedy}`).join('\n')}`,
    result.outcome === 'pass' && scenario.lesson,
    result.reasons.length && `Why it is no pass:\n${result.reasons.map((reason) => `  ${reason}`).join('\n')}`,
    `run        ${result.run}\nagain      ${result.reproduce}`,
  ]
  return `${parts.filter(Boolean).join('\n\n')}\n`.replaceAll(/ +$/gm, '')
}

function headline(result: ExperimentResult): string {
  const word = paint(result.outcome, result.interrupted ? `${result.outcome}, interrupted` : result.outcome)
  return `${word} in ${result.seconds.toFixed(1)} s: variant ${result.variant}, seed ${result.seed}, ${result.stage}, judged by ${result.collectors.used.join(', ')}`
}

function phaseTable(phases: readonly PhaseResult[]): string {
  const table = borderless([
    'phase',
    'verdict',
    'wake-ups/s',
    'progress',
    'cores',
    'goroutines',
    'sane p50',
    'p99',
    'failed',
    '',
  ])
  for (const phase of phases) {
    table.push([
      phaseTitle({ name: phase.name, fix: phase.fix ? { name: phase.fix } : null }),
      phase.verdict === 'present' ? (phase.class ?? phase.verdict) : phase.verdict,
      compact(phase.rates.wakeups),
      phase.rates.progress === null ? '-' : phase.rates.progress.toFixed(phase.rates.progress < 0.1 ? 4 : 2),
      phase.rates.cores === null ? '-' : phase.rates.cores.toFixed(2),
      phase.goroutines ?? '-',
      milliseconds(phase.sane.p50),
      milliseconds(phase.sane.p99),
      `${phase.sane.failed}/${phase.sane.ok + phase.sane.failed}`,
      phase.outcome === 'pass' ? 'as expected' : paint(phase.outcome, phase.outcome),
    ])
  }
  return `${table}`
}

/** Which fix did what, and plainly which do not end the spin. */
function fixes(phases: readonly PhaseResult[], scenario: NamedScenario, variantName: string): string {
  const variant = scenario.variants.find((candidate) => candidate.name === variantName)
  const table = borderless(['fix', 'cures', 'the spin', 'what it does'])
  for (const phase of phases.filter((candidate) => candidate.name === 'fixed')) {
    const fix = variant?.fixes.find((candidate) => candidate.name === phase.fix)
    const relapse = phases.find((candidate) => candidate.name === 'relapse' && candidate.fix === phase.fix)
    const relief = relapse?.relief && `back ${relapse.relief.toFixed(1)} s after arrivals resumed`
    const spin = phase.verdict === 'absent' ? 'ends' : phase.verdict === 'present' ? 'stays' : 'unknown'
    table.push([
      phase.fix,
      phase.cures.join(', '),
      spin,
      [[fix?.title, phase.effect?.text].filter(Boolean).join(': '), relief].filter(Boolean).join('; '),
    ])
  }
  return table.length ? `${table}` : ''
}

function exhibit({ title, head, rows }: Exhibit): string {
  const table = borderless([...head])
  table.push(...rows.map((row) => [...row]))
  return `${title}\n${table}`
}

function controlLine(title: string, phases: readonly PhaseResult[]): string {
  const fault = phases.find((phase) => phase.name === 'fault')
  if (!fault) return `  ${title}: not reached`
  const notes = [fault.condition?.text, ...fault.findings.map((finding) => finding.text)].filter(Boolean).join('; ')
  return `  ${title}: ${fault.verdict}, ${fault.rates.cores?.toFixed(2) ?? '?'} cores. ${notes}`
}

function costs({ overhead }: ExperimentResult): string {
  const rows = Object.entries(overhead)
  if (!rows.length) return ''
  const table = borderless(['observer', 'events/s of the target', 'kept', 'sane p50', 'p99', 'own cores'])
  for (const [name, cost] of rows) table.push(costRow(name, cost))
  return `What looking costs, on the burning server:\n${table}`
}

const costRow = (name: string, cost: ObserverCost) => [
  name,
  compact(cost.eventsPerSecond),
  cost.eventsRatio === null ? '' : `${Math.round(100 * cost.eventsRatio)} %`,
  milliseconds(cost.sane.p50),
  milliseconds(cost.sane.p99),
  cost.cores === null ? '' : cost.cores.toFixed(2),
]

/** TLS handshakes that failed, by source address, as crypto/tls itself saw them. */
function handshakes({ handshakes: counted, variant, controls }: ExperimentResult): string {
  const all = [
    { variant, counted },
    ...controls.map((control) => ({ variant: control.variant, counted: control.handshakes })),
  ]
  const parts = all.flatMap(({ variant: name, counted: of }) => {
    if (!of) return []
    if ('missing' in of) return `  ${name}: not counted: ${of.missing}`
    const sources = Map.groupBy(of.failures, ({ source }) => source)
    const table = borderless([`  ${name}`, 'failed', 'most often'])
    for (const source of [...sources.keys()].sort()) {
      const failures = (sources.get(source) ?? []).toSorted((a, b) => b.count - a.count)
      const failed = failures.reduce((sum, failure) => sum + failure.count, 0)
      table.push([
        `  ${source}`,
        failed,
        failures
          .slice(0, 2)
          .map((failure) => `${failure.error} (${failure.count})`)
          .join(', '),
      ])
    }
    return table.length ? `${table}` : `  ${name}: none of ${of.handshakes} failed`
  })
  return parts.length
    ? `TLS handshakes that failed, by source (crypto/tls never sees a hello that stays incomplete before it):\n${parts.join('\n')}`
    : ''
}

function witnessLine(witness: WitnessResult): string {
  const lost = witness.lost ? `, ${witness.lost} events lost` : ''
  const found = witness.verdict === 'present' ? `${witness.class}` : witness.verdict
  return `  ${witness.collector} in ${witness.phase}: ${found}${witness.agrees ? '' : ' (disagrees)'}${lost}${witness.findings[0] ? `: ${witness.findings[0].text}` : ''}`
}
