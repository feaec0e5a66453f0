import type { Window } from '../windows/window.ts'
import type { PhaseRates } from './result.ts'

const total = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0)

/** The three numbers of the report's table, over the windows that saw them; null where none did. */
export function rates(windows: readonly Window[]): PhaseRates {
  const burning = windows.flatMap((window) => (window.process ? [window.process.cpu + window.process.runQueue] : []))
  const waiting = windows.filter((window) => window.waits)
  const returns = total(
    waiting.flatMap((window) => (window.waits ?? []).map((wait) => wait.ready + wait.empty + wait.failed)),
  )
  const useful = windows.some((window) => window.descriptors)
    ? total(waiting.flatMap((window) => (window.descriptors ?? []).map((descriptor) => descriptor.useful)))
    : null
  return {
    cores: burning.length ? total(burning) / burning.length : null,
    wakeups: waiting.length ? returns / total(waiting.map((window) => window.seconds)) : null,
    progress: useful === null || returns === 0 ? null : useful / returns,
  }
}
