import { readdir, readFile } from 'node:fs/promises'

/** Pids of the processes that have this `NAME=value` in their environment: everything that was started with it, however far down. */
export async function markedProcesses(mark: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')))
  return pids.filter((_, i) => environments[i]?.split('\0').includes(mark))
}
