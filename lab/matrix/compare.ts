import { Random } from '../../clients/random.ts'
import { difference } from '../statistics/difference.ts'
import { ratio } from '../statistics/median.ts'
import type { Cell, Comparison } from './cell.ts'

/** Pure: gives each changed cell its difference from the unchanged one of the same Go. */
export function compared(cells: readonly Cell[], seed: number): Cell[] {
  return cells.map((cell) => {
    const unchanged = cells.find(
      (other) =>
        other.scenario === cell.scenario &&
        other.toolchain === cell.toolchain &&
        other.patch === null &&
        other.godebug === null,
    )
    if (!unchanged || unchanged === cell || !unchanged.runs.length || !cell.runs.length) return cell
    return { ...cell, comparison: compare(unchanged, cell, new Random(seed)) }
  })
}

function compare(unchanged: Cell, changed: Cell, random: Random): Comparison {
  const of = (values: (cell: Cell) => (number | null)[]) => {
    const [before, after] = [values(unchanged), values(changed)]
    return { ...difference(before, after, random), ratio: ratio(before, after, random) }
  }
  const passes = ({ runs }: Cell) => runs.map(({ outcome }) => (outcome === 'pass' ? 1 : 0))
  return {
    outcome: difference(passes(unchanged), passes(changed), random),
    cores: of(({ runs }) => runs.map(({ rates }) => rates.cores)),
    wakeups: of(({ runs }) => runs.map(({ rates }) => rates.wakeups)),
  }
}
