import { type DescriptorName, describeDescriptor } from './descriptor-name.ts'
import { parseFdinfo, type Registration } from './fdinfo.ts'
import { parseProcNetTcp } from './proc-net-tcp.ts'

/** What /proc says about the descriptors of a process at one moment. */
export interface DescriptorSnapshot {
  threads: readonly number[]
  names: ReadonlyMap<number, DescriptorName>
  registrations: readonly Registration[]
}

/**
 * Prints everything that `parseSnapshot` needs of a process. A descriptor that closes meanwhile is no error; grep finds
 * nothing where there is no epoll set; sockets in TIME-WAIT (06), often the most, belong to no descriptor.
 */
export const snapshotCommand = (pid: number) => [
  'sh',
  '-c',
  [
    `echo /proc/${pid}/task/*`,
    `grep -Hs tfd /proc/${pid}/fdinfo/*`,
    `ls -l /proc/${pid}/fd 2>/dev/null`,
    `grep -hsv ' 06 0' /proc/${pid}/net/tcp /proc/${pid}/net/tcp6`,
  ].join('; '),
]

/** Parses what `snapshotCommand` prints: the threads, fdinfo of the epoll sets, the links of /proc/PID/fd, the kernel's TCP sockets. Of two looks in a row, the second knows better. */
export function parseSnapshot(lines: readonly string[]): DescriptorSnapshot {
  const sockets = new Map(parseProcNetTcp(lines.join('\n')).map((socket) => [socket.inode, socket]))
  const names = new Map<number, DescriptorName>()
  for (const line of lines) {
    const [, fd, link] = /^l\S+ .* (\d+) -> (.*)$/.exec(line) ?? []
    if (fd === undefined || link === undefined) continue
    const name = describeDescriptor(link)
    const socket = name.kind === 'socket' ? sockets.get(name.inode ?? -1) : undefined
    names.set(Number(fd), socket ? withTcp(name, socket) : name)
  }
  const threads = lines.flatMap((line) => [...line.matchAll(/\/proc\/\d+\/task\/(\d+)/g)].map(([, tid]) => Number(tid)))
  return { threads, names, registrations: parseFdinfo(lines) }
}

function withTcp(
  name: DescriptorName,
  { state, local, peer, recvQueue }: ReturnType<typeof parseProcNetTcp>[number],
): DescriptorName {
  return {
    ...name,
    kind: state === 'LISTEN' ? 'listener' : 'socket',
    state,
    local,
    recvQueue,
    ...(state !== 'LISTEN' && { peer }),
  }
}
