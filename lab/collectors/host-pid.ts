import { readdir, readFile, readlink } from 'node:fs/promises'
import { unsupported } from '../errors.ts'
import type { Room } from '../stage/room.ts'

// PROC_PID_INIT_INO of include/linux/proc_ns.h.
const OUTERMOST = 'pid:[4026531836]'

/** The pid by which BPF knows a process that has `pid` inside a room. Undefined when it is gone. */
export async function hostPid(room: Room, pid: number): Promise<number | undefined> {
  const own = await readlink('/proc/self/ns/pid')
  if (own !== OUTERMOST)
    throw unsupported(`BPF names processes by the outermost pid namespace, which cannot be seen from inside ${own}`)
  await using look = room.run(['readlink', `/proc/${pid}/ns/pid`])
  const { value: namespace } = await look.lines[Symbol.asyncIterator]().next()
  for (const candidate of await readdir('/proc')) {
    if (!/^\d+$/.test(candidate) || (await innermostPid(`/proc/${candidate}`)) !== pid) continue
    if ((await readlink(`/proc/${candidate}/ns/pid`).catch(() => '')) === namespace) return Number(candidate)
  }
  return undefined
}

/** The numbers of the threads of a process in its own namespace, by those in the outermost. */
export async function innerTids(host: number): Promise<Map<number, number>> {
  const tids = await readdir(`/proc/${host}/task`).catch(() => [])
  const inner = await Promise.all(tids.map((tid) => innermostPid(`/proc/${host}/task/${tid}`)))
  return new Map(tids.map((tid, i) => [Number(tid), inner[i] ?? Number(tid)]))
}

/** The last number of NSpid in its status (proc_pid_status(5)). */
async function innermostPid(folder: string): Promise<number | undefined> {
  const status = await readFile(`${folder}/status`, 'latin1').catch(() => '')
  const [, pids] = /^NSpid:\s*(.*)$/m.exec(status) ?? []
  return pids === undefined ? undefined : Number(pids.split('\t').at(-1))
}
