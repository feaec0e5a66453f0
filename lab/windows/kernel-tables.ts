import { z } from 'zod'
import { parseProcNetTcp, type SocketRow } from './proc-net-tcp.ts'

const count = z.number().int().nonnegative()

/** The descriptor table of a process. */
export const Files = z.object({
  open: count,
  /** soft limit (RLIMIT_NOFILE of getrlimit(2)); the kernel prints the word `unlimited` for none, which is null here */
  limit: count.nullable(),
  /** its sockets, but for those of the Unix family: what each descriptor refers to. One in no row of `sockets` is connected to nobody any more, and bound to nothing. */
  sockets: z.array(z.object({ fd: count, inode: count })),
})
export type Files = z.infer<typeof Files>

/** What the kernel tells of a process and of the network namespace that it is in, at one moment. */
export interface KernelTables {
  sockets: SocketRow[]
  /** TcpExt counters of /proc/net/netstat, e.g. ListenOverflows; they belong to the whole namespace and only grow */
  network: Record<string, number>
  files: Files
}

/** Parses what `probe tables` printed of one process. Of a process that is gone, the files are 0 of 0. */
export function parseKernelTables(lines: readonly string[]): KernelTables {
  const table = (name: string) => {
    const after = lines.slice(lines.indexOf(`# ${name}`) + 1)
    const end = after.findIndex((line) => line.startsWith('# '))
    return end < 0 ? after : after.slice(0, end)
  }
  return {
    sockets: parseProcNetTcp(table('tcp').join('\n')),
    network: tcpExt(table('netstat')),
    files: { ...descriptors(table('fd'), table('unix')), limit: softLimit(table('limits')) },
  }
}

/** `FD -> socket:[INODE]`, and the numbers of those of the Unix family. */
function descriptors(links: readonly string[], unix: readonly string[]): Pick<Files, 'open' | 'sockets'> {
  const local = new Set(unix.map(Number))
  const sockets = links
    .map((line) => /^(\d+) -> socket:\[(\d+)\]$/.exec(line))
    .flatMap((match) => (match ? { fd: Number(match[1]), inode: Number(match[2]) } : []))
  return {
    open: links.length,
    sockets: sockets.filter(({ fd }) => !local.has(fd)),
  }
}

/** Two lines that begin with the same word: names, then values (netstat_seq_show of net/ipv4/proc.c). */
function tcpExt(lines: readonly string[]): Record<string, number> {
  const [names = [], values = []] = lines.filter((line) => line.startsWith('TcpExt:')).map((line) => line.split(' '))
  return Object.fromEntries(names.slice(1).map((name, i) => [name, Number(values[i + 1])]))
}

function softLimit(lines: readonly string[]): number | null {
  const soft = lines.find((line) => line.startsWith('Max open files'))?.match(/(\d+|unlimited)\s/)?.[1] ?? '0'
  return soft === 'unlimited' ? null : Number(soft)
}
