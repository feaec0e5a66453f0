import { styleText } from 'node:util'
import type { Cell, CellOutcome, Comparison } from '../matrix/cell.ts'
import type { Estimate } from '../statistics/median.ts'
import { withInterval } from './figures.ts'
import type { Suite } from './junit-file.ts'
import { borderless, compact, paint } from './table.ts'

/** A line for each cell, then in full why those that are no pass are none. */
export function matrixReport(cells: readonly Cell[], outcome: CellOutcome): string {
  const compares = cells.some(({ patch, godebug }) => patch || godebug)
  const table = borderless([
    'subject',
    'Go',
    ...(compares ? ['with'] : []),
    'outcome',
    'verdict',
    'wake-ups/s',
    'progress',
    'cores',
    'seconds',
    ...(compares ? ['against the unchanged'] : []),
  ])
  for (const cell of cells)
    table.push([
      [cell.scenario, cell.variant].filter(Boolean).join(' '),
      cell.version ?? cell.toolchain,
      ...(compares ? [changeOf(cell) || 'nothing'] : []),
      tally(cell),
      verdictOf(cell),
      compact(cell.wakeups?.median ?? null),
      cell.progress ? cell.progress.median.toFixed(cell.progress.median < 0.1 ? 4 : 2) : '-',
      cell.cores ? cell.cores.median.toFixed(2) : '-',
      cell.runs.length ? cell.seconds.toFixed(1) : '-',
      ...(compares ? [cell.comparison ? inWords(cell.comparison) : ''] : []),
    ])
  const lines = cells.filter((cell) => cell.outcome !== 'pass').map(whyNot)
  const passed = cells.filter((cell) => cell.outcome === 'pass').length
  return `${[
    `${table}`.replaceAll(/ +$/gm, ''),
    ...lines,
    styleText('bold', `${passed} of ${cells.length} cells pass; ${paint(outcome, outcome)}`),
  ].join('\n\n')}\n`
}

/** One suite a Go, one case a cell. */
export function matrixSuites(cells: readonly Cell[]): Suite[] {
  return [...Map.groupBy(cells, ({ toolchain }) => toolchain)].map(([toolchain, group]) => ({
    name: `${group[0]?.scenario} ${group[0]?.version ?? toolchain}`,
    className: `spinlab.matrix.${group[0]?.scenario}`,
    seconds: group.reduce((sum, { seconds }) => sum + seconds, 0),
    cases: group.map((cell) => ({
      name: [cell.scenario, toolchain, changeOf(cell)].filter(Boolean).join(' '),
      seconds: cell.seconds,
      outcome: cell.outcome,
      text: [...cell.reasons, `again: ${cell.reproduce}`].join('\n'),
    })),
  }))
}

const changeOf = ({ patch, godebug }: Cell) => patch ?? (godebug ? `GODEBUG=${godebug}` : '')

/** `fail 3/5`: three of five runs failed. */
function tally({ outcome, runs }: Cell): string {
  const same = runs.filter((run) => run.outcome === outcome).length
  return paint(outcome, runs.length > 1 && same ? `${outcome} ${same}/${runs.length}` : outcome)
}

const verdictOf = ({ verdict, class: spin, phase }: Cell) =>
  [verdict === 'present' ? (spin ?? verdict) : (verdict ?? '-'), phase && phase !== 'fault' && `(${phase})`]
    .filter(Boolean)
    .join(' ')

function whyNot(cell: Cell): string {
  const who = [cell.scenario, cell.toolchain, changeOf(cell)].filter(Boolean).join(' ')
  return [`${who}:`, ...cell.reasons.map((reason) => `  ${reason}`), `  again  ${cell.reproduce}`].join('\n')
}

function inWords({ outcome, cores, wakeups }: Comparison): string {
  if (outcome.p === null) return 'too few runs to judge (4 of each, --repeat 4)'
  const parts = [
    outcome.differs && `the outcome (p ${probability(outcome.p)})`,
    cores.differs && `cores ${times(cores.ratio)} (p ${probability(cores.p)})`,
    wakeups.differs && `wake-ups ${times(wakeups.ratio)} (p ${probability(wakeups.p)})`,
  ].filter(Boolean)
  return parts.length ? `differs: ${parts.join(', ')}` : 'no difference shown'
}

/** Of nothing there is no multiple. */
const times = (ratio: Estimate | null) => (ratio ? `x ${withInterval(ratio)}` : 'from nothing')

const probability = (p: number | null) => (p === null ? '-' : p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`)
