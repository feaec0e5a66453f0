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

/**
 * For a POSIX shell: prints the tables of the pid that it reads, each time that it reads one, and ends them with a line that is a full stop.
 * The names of the tables are what parseKernelTables looks for.
 */
export const PRINT_TABLES = `while read -r pid; do
  echo '# tcp'; cat /proc/net/tcp /proc/net/tcp6
  echo '# netstat'; cat /proc/net/netstat
  echo '# limits'; cat "/proc/$pid/limits"
  echo '# unix'; grep -l '^scm_fds:' "/proc/$pid/fdinfo/"*
  echo '# fd'; ls -l "/proc/$pid/fd"
  echo .
done 2>/dev/null`

/** Parses what PRINT_TABLES printed; `port` is that of the sockets that matter. Of a process that is gone, the files are 0 of 0. */
export function parseKernelTables(lines: readonly string[], port?: number): KernelTables {
  const table = (name: string) => {
    const after = lines.slice(lines.indexOf(`# ${name}`) + 1)
    const end = after.findIndex((line) => line.startsWith('# '))
    return end < 0 ? after : after.slice(0, end)
  }
  return {
    sockets: parseProcNetTcp(table('tcp').join('\n'), port),
    network: tcpExt(table('netstat')),
    files: { ...descriptors(table('fd'), table('unix')), limit: softLimit(table('limits')) },
  }
}

/**
 * Lines of `ls -l` end in `FD -> socket:[INODE]`. What is of the Unix family shows in its fdinfo (unix_show_fdinfo of net/unix/af_unix.c, Linux 5.6),
 * and not in /proc/net/unix if its peer is of another network namespace.
 */
function descriptors(links: readonly string[], unix: readonly string[]): Pick<Files, 'open' | 'sockets'> {
  const local = new Set(unix.map((path) => Number(path.split('/').at(-1))))
  const sockets = links
    .map((line) => /(\d+) -> socket:\[(\d+)\]$/.exec(line))
    .flatMap((match) => (match ? { fd: Number(match[1]), inode: Number(match[2]) } : []))
  return {
    open: links.filter((line) => line.includes(' -> ')).length,
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
