import { readdir, readFile } from 'node:fs/promises'
import { arch } from 'node:process'
import type { Window } from '../windows/window.ts'

type Blocked = NonNullable<Window['blocked']>

/** The calls in which a thread waits for others, by number (asm/unistd_64.h; asm-generic/unistd.h). */
const NAMES: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  x64: {
    0: 'read',
    7: 'poll',
    23: 'select',
    35: 'nanosleep',
    43: 'accept',
    45: 'recvfrom',
    47: 'recvmsg',
    202: 'futex',
    219: 'restart_syscall',
    230: 'clock_nanosleep',
    232: 'epoll_wait',
    270: 'pselect6',
    271: 'ppoll',
    281: 'epoll_pwait',
    288: 'accept4',
    299: 'recvmmsg',
    426: 'io_uring_enter',
    441: 'epoll_pwait2',
  },
  arm64: {
    22: 'epoll_pwait',
    63: 'read',
    72: 'pselect6',
    73: 'ppoll',
    98: 'futex',
    101: 'nanosleep',
    115: 'clock_nanosleep',
    128: 'restart_syscall',
    202: 'accept',
    207: 'recvfrom',
    212: 'recvmsg',
    242: 'accept4',
    243: 'recvmmsg',
    426: 'io_uring_enter',
    441: 'epoll_pwait2',
  },
}

/** The calls in which threads sleep right now; undefined when not every thread could be looked at. */
export async function blockedThreads(pid: number): Promise<Blocked | undefined> {
  const names = NAMES[arch]
  const tids = await readdir(`/proc/${pid}/task`).catch(() => [])
  if (!names || !tids.length) return undefined
  const seen = await Promise.all(
    // "running", "-1 …" or the call's number first (proc_pid_syscall(5)).
    tids.map((tid) => readFile(`/proc/${pid}/task/${tid}/syscall`, 'latin1').catch(() => '')),
  )
  if (seen.some((text) => text === '')) return undefined
  return seen.flatMap((text, i) => {
    const call = /^\d+/.exec(text)?.[0]
    return call === undefined ? [] : [{ pid, tid: Number(tids[i]), call: names[Number(call)] ?? `call ${call}` }]
  })
}
