import { z } from 'zod'

/** One TCP socket, in the words of `ss`. */
export const SocketRow = z.object({
  state: z.string(),
  /** bytes received and not yet taken; for a listener, connections waiting to be accepted */
  recvQueue: z.number().int().nonnegative(),
  sendQueue: z.number().int().nonnegative(),
  /** `ADDRESS:PORT` */
  local: z.string(),
  peer: z.string(),
  inode: z.number().int().nonnegative(),
  /** what it waits for, as `ss -o` prints it; absent where no timer runs */
  timer: z
    .object({
      name: z.enum(['on', 'keepalive', 'timewait', 'persist']),
      /** seconds until it fires */
      expires: z.number().nonnegative(),
      /** times that it has fired in a row; of a connection in SYN-RECV, SYN-ACKs that nobody has answered */
      retransmits: z.number().int().nonnegative(),
    })
    .optional(),
})
export type SocketRow = z.infer<typeof SocketRow>

// Numbers of include/net/tcp_states.h, named as ss names them.
const STATES = [
  '',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'UNCONN',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'SYN-RECV',
]

// Numbers of get_tcp4_sock() and its neighbours in net/ipv4/tcp_ipv4.c, named as ss names them; 0 is none.
const TIMERS = [undefined, 'on', 'keepalive', 'timewait', 'persist'] as const
/** /proc counts time in units that are the same on every machine (USER_HZ of include/asm-generic/param.h). */
const TICKS_PER_SECOND = 100

/**
 * Parses /proc/net/tcp and /proc/net/tcp6 (proc_pid_net(5)), one text or both joined.
 * The queues are the columns that ss prints as Recv-Q and Send-Q, as get_tcp4_sock() in net/ipv4/tcp_ipv4.c fills them.
 */
export function parseProcNetTcp(text: string): SocketRow[] {
  return text.split('\n').flatMap((line) => {
    const [slot, local, peer, state, queues, timer, retransmits, , , inode] = line.trim().split(/\s+/)
    if (!slot?.endsWith(':') || !local || !peer || !state || !queues) return []
    const [send = '0', recv = '0'] = queues.split(':')
    return {
      state: STATES[Number.parseInt(state, 16)] ?? state,
      recvQueue: Number.parseInt(recv, 16),
      sendQueue: Number.parseInt(send, 16),
      local: address(local),
      peer: address(peer),
      inode: Number(inode),
      ...timerOf(timer, retransmits),
    }
  })
}

/** `01:00000063 00000002` fires in 0.99 s, and has fired twice. */
function timerOf(timer = '', retransmits = ''): Pick<SocketRow, 'timer'> {
  const [kind = '', expires = ''] = timer.split(':')
  const name = TIMERS[Number.parseInt(kind, 16)]
  return name
    ? {
        timer: {
          name,
          expires: Number.parseInt(expires, 16) / TICKS_PER_SECOND,
          retransmits: Number.parseInt(retransmits, 16),
        },
      }
    : {}
}

/** `0100007F:20FB` is 127.0.0.1:8443: each 32-bit word in the byte order of the machine, here little-endian. */
function address(hex: string): string {
  const [ip = '', port = ''] = hex.split(':')
  const number = Number.parseInt(port, 16)
  if (ip.length === 8) {
    const word = Number.parseInt(ip, 16)
    return `${word & 255}.${(word >> 8) & 255}.${(word >> 16) & 255}.${word >>> 24}:${number}`
  }
  const byte = (at: number) => Number.parseInt(ip.slice(at, at + 2), 16)
  const bytes = Array.from({ length: 16 }, (_, i) => byte(8 * (i >> 2) + 6 - 2 * (i % 4)))
  const mapped = bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255
  if (mapped) return `${bytes.slice(12).join('.')}:${number}`
  const groups = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  )
  return `[${groups.join(':')}]:${number}`
}
