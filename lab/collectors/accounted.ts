// The shell passes an interrupt on and waits again, because a trap ends the first wait.
const SCRIPT = 'trap \'kill -INT $! 2>/dev/null\' INT TERM; "$@" & wait $!; wait $! 2>/dev/null; times'

/** A command whose CPU, and that of all that it started, is printed in the last two lines. For what ends by itself, soon. */
export const accounted = (argv: readonly string[]): string[] => ['sh', '-c', SCRIPT, 'sh', ...argv]

/** Splits what an accounted command printed into its own lines and the CPU that it used, in seconds. */
export function splitAccount(lines: readonly string[]): { lines: string[]; cpu: number } {
  const children = lines.at(-1) ?? ''
  return { lines: lines.slice(0, -2), cpu: parseTimes(children) }
}

/** `0m0.060s 0m0.113s`: user and system time (`times` of POSIX sh). */
function parseTimes(text: string): number {
  const parts = [...text.matchAll(/(\d+)m([\d.]+)s/g)]
  return parts.reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0)
}
