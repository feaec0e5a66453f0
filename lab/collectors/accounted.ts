// The shell passes an interrupt on and waits again, because a trap ends the first wait. A line that was cut short ends before the account.
const SCRIPT = 'trap \'kill -INT $! 2>/dev/null\' INT TERM; "$@" & wait $!; wait $! 2>/dev/null; echo; times'

/** A command whose CPU, and that of all that it started, is printed when it has ended. */
export const accounted = (argv: readonly string[]): string[] => ['sh', '-c', SCRIPT, 'sh', ...argv]

const ACCOUNT = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/

/**
 * Seconds of CPU that a line of the account tells (`times` of POSIX sh: user and system time, of the shell and then of
 * its children); undefined of any other line.
 */
export function parseAccount(line: string): number | undefined {
  const parts = ACCOUNT.exec(line)
  if (!parts) return undefined
  const [, minutes, seconds, systemMinutes, systemSeconds] = parts.map(Number)
  return 60 * ((minutes ?? 0) + (systemMinutes ?? 0)) + (seconds ?? 0) + (systemSeconds ?? 0)
}

/** Everything that an accounted command printed, and the CPU that it used. */
export async function readAccounted(
  lines: AsyncIterable<string>,
  onLine = () => {},
): Promise<{ lines: string[]; cpu: number }> {
  const own: string[] = []
  let cpu = 0
  for await (const line of lines) {
    onLine()
    const used = parseAccount(line)
    if (used === undefined) own.push(line)
    else cpu += used
  }
  return { lines: own, cpu }
}
