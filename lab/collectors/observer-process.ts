import type { Child, Room } from '../stage/room.ts'
import { accounted, parseAccount } from './accounted.ts'
import { CostMeter } from './cost-meter.ts'
import type { Scope } from './scope.ts'

/** An observer that tells what it sees while it runs. */
export interface ObserverProcess {
  child: Child
  /** what it prints */
  lines: AsyncIterable<string>
  /** seconds of CPU that it used since the last time of asking; once it has ended, all that was not told before */
  cpu(): Promise<number>
}

/** Undefined when it ended at once. */
export async function startObserver(
  scope: Scope,
  room: Room,
  argv: readonly string[],
): Promise<ObserverProcess | undefined> {
  // The inner shell tells the pid that the observer takes over from it.
  const child = scope.run(room, accounted(['sh', '-c', 'echo $$; exec "$@"', 'sh', ...argv]))
  const all = child.lines[Symbol.asyncIterator]()
  const first = await all.next()
  if (first.done) return undefined
  const meter = new CostMeter(scope, room, Number(first.value))
  let told = 0
  let total = 0
  async function* lines(): AsyncGenerator<string> {
    for await (const line of { [Symbol.asyncIterator]: () => all }) {
      const used = parseAccount(line)
      if (used === undefined) yield line
      else total += used
    }
  }
  const cpu = async () => {
    const fresh = Math.max((total || (await meter.used())) - told, 0)
    told += fresh
    return fresh
  }
  return { child, lines: lines(), cpu }
}
