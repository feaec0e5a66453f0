import type { Room } from '../stage/room.ts'
import type { Window } from '../windows/window.ts'
import type { Collector, Lack } from './collector.ts'

/** ms between two lines that the watched child has to read and write */
const PACE = 5
/** ms; a machine under load takes its time to start an observer */
const PATIENCE = 6000

/** Watches a child that is known to be busy, until a window `shows` that. A lack when none does. */
export async function tryOut(
  { name, watch: begin }: Pick<Collector, 'name' | 'watch'>,
  room: Room,
  shows: (window: Window) => boolean,
  remedy: string,
): Promise<Lack | undefined> {
  await using child = room.run(['sh', '-c', 'echo $$; exec cat'])
  const { value: pid } = await child.lines[Symbol.asyncIterator]().next()
  const pacer = setInterval(() => child.tell(''), PACE)
  const watch = begin(room, Number(pid))
  const patience = setTimeout(() => watch[Symbol.asyncDispose](), PATIENCE)
  try {
    for await (const window of watch) if (shows(window)) return undefined
    return { missing: `${name} sees nothing of a busy process`, remedy }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error), remedy }
  } finally {
    clearInterval(pacer)
    clearTimeout(patience)
    await watch[Symbol.asyncDispose]()
  }
}

/** At least one system call was counted. */
export const showsCalls = ({ calls = [] }: Window) => calls.some((call) => call.calls > 0)

/** Undefined when the program is there. */
export async function lacksProgram(room: Room, program: string, remedy: string): Promise<Lack | undefined> {
  await using child = room.run(['sh', '-c', `command -v ${program}`])
  return (await child.ended) === 0 ? undefined : { missing: `${program} is not installed`, remedy }
}
