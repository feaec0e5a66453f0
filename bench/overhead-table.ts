import type { Random } from '../clients/random.ts'
import type { Observation } from './observers.ts'
import type { Pair } from './rounds.ts'
import { bootstrapInterval, median } from './statistics.ts'

/** One line of the table. */
export interface Row {
  observation: Observation
  pairs: readonly Pair[]
  slowdown: Estimate
  cpu: Estimate
}

export interface Estimate {
  median: number
  /** 95 % interval of the median; absent after too few rounds */
  interval?: [low: number, high: number]
}

/** With fewer values the true median lies outside all of them in more than one of twenty experiments (2 / 2^n). */
const FEWEST = 6

const HEAD = [
  'observer',
  'slowdown of req/s',
  '95 % interval',
  'server CPU per request',
  '95 % interval',
  'its own cores',
  'cores to read it',
  'time counting calls',
  'first window',
]

export function rowOf(observation: Observation, pairs: readonly Pair[], random: Random): Row {
  const estimate = (values: readonly number[]): Estimate => ({
    median: median(values),
    ...(values.length >= FEWEST && { interval: bootstrapInterval(values, random) }),
  })
  return {
    observation,
    pairs,
    slowdown: estimate(pairs.map((pair) => pair.slowdown)),
    cpu: estimate(pairs.map((pair) => pair.cpu)),
  }
}

/** In Markdown, aligned, for the terminal as well as for the page. */
export function overheadTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n')
}

function cellsOf({ observation: { name, lack, watch }, pairs, slowdown, cpu }: Row): string[] {
  if (lack) return fill([name, `not here: ${lack.missing} (${lack.remedy})`])
  const typical = (key: keyof Pair) => median(pairs.map((pair) => pair[key]))
  const cells = [name, slowdown.median.toFixed(3), range(slowdown), cpu.median.toFixed(3), range(cpu)]
  if (!watch) return fill(cells)
  return [
    ...cells,
    typical('cores').toFixed(3),
    typical('reading').toFixed(3),
    `${(100 * typical('counting')).toFixed(0)} %`,
    `${(1000 * typical('first')).toFixed(0)} ms`,
  ]
}

export const range = ({ interval }: Estimate) =>
  interval ? interval.map((end) => end.toFixed(3)).join(' to ') : 'too few rounds'

const fill = (cells: readonly string[]) => HEAD.map((_, column) => cells[column] ?? '')
