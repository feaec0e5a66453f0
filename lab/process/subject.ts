import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'
import { EXIT, SpinlabError, unsupported } from '../errors.ts'

/** A process that can be looked at. */
export interface Subject {
  pid: number
  /** file name of its program; its comm when that may not be read */
  name: string
  /** by a signal: it does nothing until it gets SIGCONT (signal(7)) */
  stopped: boolean
  /** limits of descriptors; absent when they may not be read */
  softFileLimit?: number
  hardFileLimit?: number
}

/** PF_KTHREAD of include/linux/sched.h */
const KERNEL_THREAD = 0x200000

/** Throws, in one line, what cannot be looked at: gone (exit 3), a zombie (3), a kernel thread (4). A thread stands for its process. */
export async function findSubject(id: number): Promise<Subject> {
  const status = await read(`/proc/${id}/status`)
  const pid = Number(/^Tgid:\s*(\d+)/m.exec(status ?? '')?.[1] ?? id)
  const stat = await read(`/proc/${pid}/stat`)
  if (!stat) throw new SpinlabError(EXIT.inconclusive, `process ${id} is gone, or never was`)
  // "pid (comm) state ppid …": comm may hold spaces and parentheses (proc_pid_stat(5)).
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  const [state, parent, , , , , flags] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (state === 'Z' || state === 'X')
    throw new SpinlabError(
      EXIT.inconclusive,
      `process ${pid} (${name}) is a zombie: it has ended, and its parent ${parent} has not asked how`,
    )
  if (Number(flags) & KERNEL_THREAD)
    throw unsupported(`process ${pid} (${name}) is a kernel thread: it runs no program that could be diagnosed`)
  const program = await readlink(`/proc/${pid}/exe`).catch(() => name)
  return { pid, name: basename(program), stopped: state === 'T', ...(await fileLimits(pid)) }
}

export async function isAlive(pid: number): Promise<boolean> {
  return findSubject(pid).then(
    () => true,
    () => false,
  )
}

/** Whether its descriptors may be read: it is ours, or we may look at everybody's. */
export async function isOurs(pid: number): Promise<boolean> {
  return readdir(`/proc/${pid}/fd`).then(
    () => true,
    () => false,
  )
}

export async function fileLimits(pid: number) {
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec((await read(`/proc/${pid}/limits`)) ?? '') ?? []
  return hard === undefined ? {} : { softFileLimit: Number(soft), hardFileLimit: Number(hard) }
}

const read = (path: string) => readFile(path, 'latin1').catch(() => undefined)
