import { readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { broken } from '../errors.ts'

/** Descriptors of one process: how many are open, and the soft limit that they may grow to. */
export interface Descriptors {
  pid: number
  open: number
  limit: number
}

/** Of the processes that are still there. */
export async function descriptorsOf(pids: readonly number[]): Promise<Descriptors[]> {
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [fds, limits] = await Promise.all([
        readdir(`/proc/${pid}/fd`).catch(() => undefined),
        readFile(`/proc/${pid}/limits`, 'latin1').catch(() => ''),
      ])
      const [, soft] = /^Max open files\s+(\S+)/m.exec(limits) ?? []
      if (!fds || soft === undefined) return []
      return [{ pid, open: fds.length, limit: soft === 'unlimited' ? Infinity : Number(soft) }]
    }),
  )
  return found.flat()
}

/** Lowers the soft limits so that each process has `left` descriptors more, until it is disposed. */
export async function squeeze(pids: readonly number[], left: number): Promise<AsyncDisposable> {
  const before = await descriptorsOf(pids)
  const set = (limits: readonly { pid: number; limit: number }[]) =>
    Promise.all(
      limits.map(async ({ pid, limit }) => {
        const soft = Number.isFinite(limit) ? limit : 'unlimited'
        const { failed, stderr } = await execa('prlimit', ['--pid', `${pid}`, `--nofile=${soft}:`], { reject: false })
        return failed && (await descriptorsOf([pid])).length
          ? `cannot set the limit of descriptors of process ${pid} to ${soft}: ${stderr}`
          : undefined
      }),
    )
  const [refusal] = (
    await set(before.map(({ pid, open, limit }) => ({ pid, limit: Math.min(open + left, limit) })))
  ).filter((refused) => refused !== undefined)
  if (refusal) throw broken(refusal)
  return { [Symbol.asyncDispose]: async () => void (await set(before)) }
}
