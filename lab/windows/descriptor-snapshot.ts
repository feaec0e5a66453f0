import { type DescriptorName, describeDescriptor } from './descriptor-name.ts'
import { parseFdinfo, type Registration } from './fdinfo.ts'
import { parseProcNetTcp, type SocketRow } from './proc-net-tcp.ts'

/** What /proc says about the descriptors of a process. */
export interface DescriptorSnapshot {
  threads: readonly number[]
  names: ReadonlyMap<number, DescriptorName>
  /** by inode: TCP and UDP sockets of the network namespace that belong to some process */
  sockets: ReadonlyMap<number, DescriptorName>
  registrations: readonly Registration[]
}

/** Sockets in TIME-WAIT (06), often the most, belong to no descriptor. */
const sockets = (pid: number) =>
  `grep -Hsv ' 06 0' ${['tcp', 'tcp6', 'udp', 'udp6'].map((file) => `/proc/${pid}/net/${file}`).join(' ')}`

/** Prints what `parseSnapshot` wants of the sockets. */
export const socketsCommand = (pid: number) => ['sh', '-c', sockets(pid)]

/**
 * Prints everything that `parseSnapshot` wants of a process. A descriptor that closes meanwhile is no error; grep finds
 * nothing where there is no epoll set.
 */
export const snapshotCommand = (pid: number) => [
  'sh',
  '-c',
  `echo /proc/${pid}/task/*; grep -Hs tfd /proc/${pid}/fdinfo/*; ls -l /proc/${pid}/fd 2>/dev/null; ${sockets(pid)}`,
]

/** Parses what the commands print. Of several looks in a row, the last knows best. */
export function parseSnapshot(lines: readonly string[]): DescriptorSnapshot {
  const sockets = new Map<number, DescriptorName>()
  const names = new Map<number, DescriptorName>()
  const threads: number[] = []
  for (const line of lines) {
    const [, protocol, row = ''] = /^\/proc\/\d+\/net\/(tcp|udp)6?:(.*)$/.exec(line) ?? []
    const [, fd, link] = /^l\S+ .* (\d+) -> (.*)$/.exec(line) ?? []
    if (protocol) for (const socket of parseProcNetTcp(row)) sockets.set(socket.inode, nameSocket(protocol, socket))
    else if (fd !== undefined && link !== undefined) names.set(Number(fd), describeDescriptor(link))
    else threads.push(...[...line.matchAll(/\/proc\/\d+\/task\/(\d+)/g)].map(([, tid]) => Number(tid)))
  }
  return { threads, names, sockets, registrations: parseFdinfo(lines) }
}

function nameSocket(protocol: string, { state, local, peer, recvQueue, inode }: SocketRow): DescriptorName {
  const listens = state === 'LISTEN'
  return {
    kind: listens ? 'listener' : 'socket',
    inode,
    state,
    local,
    recvQueue,
    ...(state !== 'LISTEN' && state !== 'UNCONN' && { peer }),
    ...(protocol === 'udp' && { datagram: true }),
  }
}
