import { invocation } from '../places.ts'

interface Flags {
  chaos: readonly string[]
  seed: number
  port?: number
}

/** What repeats it. */
export function commandLine(command: readonly string[], { chaos, seed, port }: Flags): string {
  const flags = [...chaos.flatMap((name) => ['--chaos', name]), ...(port === undefined ? [] : ['--port', `${port}`])]
  return [invocation, 'guard', ...flags, '--seed', `${seed}`, '--', ...command.map(quote)].join(' ')
}

/** As a POSIX shell reads it (Shell Command Language, 2.2.2). */
const quote = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
