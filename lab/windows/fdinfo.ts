import { namedEvents } from './epoll-events.ts'

/** One descriptor in an epoll set. */
export interface Registration {
  epfd: number
  /** what epoll_wait returns for it: the 64 bits that epoll_ctl was given, in decimal. Often the descriptor, but Go's netpoller stores a pointer. */
  data: string
  fd: number
  events: string
  inode: number
}

const LINE =
  /^\/proc\/\d+\/fdinfo\/(\d+):tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)\s+data:\s*([0-9a-f]+)(?:\s+pos:\S+\s+ino:([0-9a-f]+))?/

/** Parses what `grep -H tfd /proc/PID/fdinfo/*` prints: numbers of tfd in decimal, the rest in hexadecimal (proc_pid_fdinfo(5)). */
export function parseFdinfo(lines: Iterable<string>): Registration[] {
  return [...lines].flatMap((line) => {
    const [, epfd, fd, events, data, inode] = LINE.exec(line) ?? []
    if (!epfd || !fd || !events || !data) return []
    return {
      epfd: Number(epfd),
      data: BigInt(`0x${data}`).toString(),
      fd: Number(fd),
      events: namedEvents(Number.parseInt(events, 16)),
      inode: Number.parseInt(inode ?? '0', 16),
    }
  })
}
