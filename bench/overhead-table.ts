import type { Random } from '../clients/random.ts'
import { type Estimate, estimate, median } from '../lab/statistics/median.ts'
import type { Observation } from './observers.ts'
import type { Pair } from './rounds.ts'

/** One line of the table. */
export interface Row {
  observation: Observation
  pairs: readonly Pair[]
  /** null: it was never observed */
  slowdown: Estimate | null
  cpu: Estimate | null
}

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
  return {
    observation,
    pairs,
    slowdown: estimate(
      pairs.map((pair) => pair.slowdown),
      random,
    ),
    cpu: estimate(
      pairs.map((pair) => pair.cpu),
      random,
    ),
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
  const cells = [name, ...[slowdown, cpu].flatMap((found) => [found?.median.toFixed(3) ?? '-', range(found)])]
  if (!watch) return fill(cells)
  return [
    ...cells,
    typical('cores').toFixed(3),
    typical('reading').toFixed(3),
    `${(100 * typical('counting')).toFixed(0)} %`,
    `${(1000 * typical('first')).toFixed(0)} ms`,
  ]
}

export const range = (found: Estimate | null) =>
  found?.interval ? found.interval.map((end) => end.toFixed(3)).join(' to ') : 'too few rounds'

const fill = (cells: readonly string[]) => HEAD.map((_, column) => cells[column] ?? '')
