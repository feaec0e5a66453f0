import { readFileSync } from 'node:fs'
import { UsageError } from './client.ts'

/** Descriptors that Node itself opens, with some to spare. */
const OWN = 64

/** Refuses to hold more connections than this process may open. */
export function assertOpenFiles(connections: number): void {
  const limit = openFilesLimit(readFileSync('/proc/self/limits', 'utf8'))
  if (connections + OWN > limit)
    throw new UsageError(
      `--hold ${connections} needs ${connections + OWN} open files, this process may have ${limit} (ulimit -n); ` +
        `hold at most ${Math.max(0, limit - OWN)}`,
    )
}

/** The soft limit (RLIMIT_NOFILE of getrlimit(2)) in the text of /proc/PID/limits. */
function openFilesLimit(limits: string): number {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1]
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}
