import type { Room } from '../runners/room.ts'
import type { Window } from '../windows/window.ts'
import type { Collector, Lack } from './collector.ts'

/** ms between two lines that the watched child has to read and write */
const PACE = 5

/**
 * Watches a child that is known to be busy. A lack when no window of it `shows` that, or none comes at all.
 */
export async function tryOut(
  collector: Pick<Collector, 'name' | 'watch'>,
  room: Room,
  seconds: number,
  shows: (window: Window) => boolean,
  remedy: string,
): Promise<Lack | undefined> {
  await using child = room.run(['sh', '-c', 'echo $$; exec cat'])
  const lines = child.lines[Symbol.asyncIterator]()
  const { value: pid } = await lines.next()
  const pacer = setInterval(() => child.tell(''), PACE)
  try {
    await using watch = collector.watch(room, Number(pid), { seconds })
    let seen = false
    for await (const window of watch) seen ||= shows(window)
    return seen ? undefined : { missing: `${collector.name} sees nothing of a busy process`, remedy }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error), remedy }
  } finally {
    clearInterval(pacer)
  }
}

/** At least one system call was counted. */
export const showsCalls = ({ calls = [] }: Window) => calls.some((call) => call.calls > 0)

/** Undefined when the program is there. */
export async function lacksProgram(room: Room, program: string, remedy: string): Promise<Lack | undefined> {
  await using child = room.run(['sh', '-c', `command -v ${program}`])
  return (await child.ended) === 0 ? undefined : { missing: `${program} is not installed`, remedy }
}
