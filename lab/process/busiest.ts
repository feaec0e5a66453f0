import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { descendants } from '../stage/process-tree.ts'

/** Of a process and all that descend from it, the one whose threads ran or waited for a core the most for `ms`; itself if none did. */
export async function busiestOf(root: number, ms: number): Promise<number> {
  const pids = descendants(root)
  const before = await Promise.all(pids.map(wanted))
  await delay(ms)
  const after = await Promise.all(pids.map(wanted))
  const used = pids.map((pid, i) => ({ pid, time: (after[i] ?? 0) - (before[i] ?? 0) }))
  return used.reduce((most, one) => (one.time > most.time ? one : most), { pid: root, time: 0 }).pid
}

/** Nanoseconds on a core and waiting for one (schedstat, Documentation/scheduler/sched-stats.rst), over all threads. */
export async function wanted(pid: number): Promise<number> {
  const tids = await readdir(`/proc/${pid}/task`).catch(() => [])
  const times = await Promise.all(
    tids.map((tid) => readFile(`/proc/${pid}/task/${tid}/schedstat`, 'latin1').catch(() => '0 0')),
  )
  return times.reduce(
    (sum, text) =>
      sum +
      text
        .split(' ')
        .slice(0, 2)
        .map(Number)
        .reduce((a, b) => a + b, 0),
    0,
  )
}
