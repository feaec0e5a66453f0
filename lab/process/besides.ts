import { readlink } from 'node:fs/promises'
import { execa } from 'execa'
import { lastLine } from '../last-line.ts'

/** A table of many sockets takes its time; who needs longer has nothing to add in time (ms). */
const PATIENCE_MS = 1800

/** What a tool prints in the network namespace of a process, or why it does not; `remedy` installs it. */
export async function besides(
  pid: number,
  argv: readonly [string, ...string[]],
  remedy: string,
): Promise<{ stdout: string } | { missing: string }> {
  const [tool] = argv
  const network = (id: number | 'self') => readlink(`/proc/${id}/ns/net`).catch(() => undefined)
  const [own, its] = await Promise.all([network('self'), network(pid)])
  const enter = its !== undefined && its !== own ? ['nsenter', '--target', `${pid}`, '--net', '--'] : []
  const [file = tool, ...args] = [...enter, ...argv]
  const ended = await execa(file, args, { reject: false, timeout: PATIENCE_MS, stdin: 'ignore' })
  const { code, stdout, stderr, timedOut, exitCode } = ended
  // 127: nsenter has not found it.
  if (code === 'ENOENT' || (enter.length && exitCode === 127)) return { missing: `${tool} is not installed: ${remedy}` }
  if (timedOut) return { missing: `${tool} did not end in ${PATIENCE_MS} ms` }
  // lsof ends with 1 where one of many things could not be told.
  if (!stdout && exitCode !== 0) return { missing: `${tool}: ${lastLine(stderr) || `exit ${exitCode}`}` }
  return { stdout }
}
