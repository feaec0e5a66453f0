// The command dies with the shell, and has a session of its own, so that all that it starts ends with it. It is killed, because what it holds the
// kernel takes back, and again, because it may be forking. A line that was cut short ends before the account.
const SCRIPT = `
trap : INT TERM
setsid setpriv --pdeathsig KILL "$@" & job=$!
wait $job
while kill -s KILL -- "-$job" || kill -s KILL $job; do sleep 0.05; done 2>/dev/null
echo
times`

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
export async function readAccounted(lines: AsyncIterable<string>): Promise<{ lines: string[]; cpu: number }> {
  const own: string[] = []
  let cpu = 0
  for await (const line of lines) {
    const used = parseAccount(line)
    if (used === undefined) own.push(line)
    else cpu += used
  }
  return { lines: own, cpu }
}
