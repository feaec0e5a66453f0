import { readdir, readFile, readlink } from 'node:fs/promises'
import { parseProcNetTcp } from '../windows/proc-net-tcp.ts'

/** A TCP port that a process listens on. */
export interface Listener {
  port: number
  /** the loopback address that reaches it */
  address: string
  /** the first of the processes that have the socket */
  pid: number
}

/** Where these processes, which share a network namespace, listen: the sockets of the kernel's table that are among their descriptors. */
export async function listenersOf(pids: readonly number[]): Promise<Listener[]> {
  const rows = (await tableOf(pids)).filter(({ state }) => state === 'LISTEN')
  if (!rows.length) return []
  const owners = await ownersOf(pids)
  const found = rows.flatMap(({ local, inode }) => {
    const pid = owners.get(inode)
    const [, ip = '', port] = /^(.*):(\d+)$/.exec(local) ?? []
    return pid === undefined ? [] : [{ port: Number(port), address: reaching(ip), pid }]
  })
  // One port may be open for both families, or several times (SO_REUSEPORT); IPv4 comes first in the table.
  return [...Map.groupBy(found, ({ port }) => port).values()]
    .flatMap(([first]) => first ?? [])
    .toSorted((a, b) => a.port - b.port)
}

/** An IPv6 wildcard may or may not take IPv4 (IPV6_V6ONLY), so it is reached by IPv6. */
const reaching = (ip: string) => (ip.startsWith('[') ? '::1' : ip === '0.0.0.0' ? '127.0.0.1' : ip)

async function tableOf(pids: readonly number[]) {
  for (const pid of pids) {
    const [v4, v6] = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'latin1').catch(() => '')),
    )
    if (v4 || v6) return parseProcNetTcp(`${v4}${v6}`)
  }
  return []
}

/** Process by inode of each socket that it has open; of several the first. */
async function ownersOf(pids: readonly number[]): Promise<Map<number, number>> {
  const owners = new Map<number, number>()
  for (const pid of pids) {
    const fds = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const targets = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')))
    for (const target of targets) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? []
      if (inode && !owners.has(Number(inode))) owners.set(Number(inode), pid)
    }
  }
  return owners
}
