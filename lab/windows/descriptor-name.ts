import type { Descriptor, Kind } from './window.ts'

/** What a descriptor is, beside what is done on it. */
export type DescriptorName = Pick<Descriptor, 'kind' | 'inode' | 'local' | 'peer' | 'state' | 'recvQueue'> & {
  /** a read of nothing is then an empty message, not the end of a stream */
  datagram?: boolean
}

const ANONYMOUS: Readonly<Record<string, Kind>> = {
  '[eventpoll]': 'epoll',
  '[eventfd]': 'eventfd',
  '[timerfd]': 'timerfd',
  '[signalfd]': 'signalfd',
}

/**
 * Reads what readlink of /proc/PID/fd/N gives, and what `strace -y` and `-yy` print between the angle brackets behind a
 * descriptor: `socket:[1234]`, `TCP:[127.0.0.1:1->127.0.0.1:2]`, `anon_inode:[eventfd]`, `/tmp/x`.
 */
export function describeDescriptor(text: string): DescriptorName {
  if (/<char (?:4|5|13[6-9]|14[0-3]):\d+>/.test(text) || /^\/dev\/(?:tty|pts\/|console)/.test(text))
    return { kind: 'tty' }
  if (text.includes('<char ') || /^\/dev\/(?:null|zero|u?random|full)$/.test(text)) return { kind: 'other' }
  if (text.startsWith('/')) return { kind: 'file' }
  const [, family = '', inside = ''] = /^([\w-]+):(.*)$/s.exec(text) ?? []
  if (family === 'anon_inode') return { kind: ANONYMOUS[inside] ?? 'other' }
  if (family === 'pipe') return { kind: 'pipe' }
  if (!/^\[.*\]$/s.test(inside)) return { kind: 'unknown' }
  return { kind: 'socket', ...(/UDP|DGRAM/.test(family) && { datagram: true }), ...socketEnds(inside.slice(1, -1)) }
}

/** `a->b`, `a` or the inode where strace could not find out more. */
function socketEnds(text: string): Omit<DescriptorName, 'kind'> {
  const [, inode] = /^(\d+)(?:->\d+)?(?:,.*)?$/s.exec(text) ?? []
  if (inode) return { inode: Number(inode) }
  const [local, peer] = text.split('->')
  return { ...(local && { local }), ...(peer && { peer }) }
}
