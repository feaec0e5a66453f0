import type { Child, Room } from '../runners/room.ts'
import { CostMeter } from './cost-meter.ts'
import type { Scope } from './scope.ts'

/** An observer that runs, and what it costs. */
export interface ObserverProcess {
  child: Child
  /** what it prints */
  lines: AsyncIterable<string>
  meter: CostMeter
}

/** Starts an observer behind a shell that tells its pid first; `prefix` runs before the shell. Undefined when it ended at once. */
export async function startObserver(
  scope: Scope,
  room: Room,
  argv: readonly string[],
  prefix: readonly string[] = [],
): Promise<ObserverProcess | undefined> {
  const child = scope.run(room, [...prefix, 'sh', '-c', 'echo $$; exec "$@"', 'sh', ...argv])
  const lines = child.lines[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done) return undefined
  return {
    child,
    lines: { [Symbol.asyncIterator]: () => lines },
    meter: new CostMeter(scope, room, Number(first.value)),
  }
}
