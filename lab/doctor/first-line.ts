import { thisMachine } from '../stage/this-machine.ts'

/** The first line that a command prints; undefined when it fails or prints none. */
export async function firstLine(...argv: string[]): Promise<string | undefined> {
  await using child = thisMachine.run(argv)
  let first: string | undefined
  for await (const line of child.lines) first ??= line
  return (await child.ended) === 0 ? first : undefined
}
