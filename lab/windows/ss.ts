/** A TCP connection as `ss -tinp` prints it (ss(8)). */
export interface Connection {
  state: string
  /** bytes received and not yet read */
  recvQueue: number
  /** bytes sent and not yet acknowledged */
  sendQueue: number
  local: string
  peer: string
  fd: number
  /** smoothed round-trip time, ms; undefined where none was measured */
  rtt?: number
  /** ms since data came last */
  silent?: number
}

// ESTAB 5 0 127.0.0.1:55789 127.0.0.1:38222 users:(("server",pid=9805,fd=5))
const ROW = /^(\S+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+users:\((.*)\)/

/** Those of one process; the line below each, which begins with white space, holds what the kernel measured. */
export function parseSs(text: string, pid: number): Connection[] {
  const found: Connection[] = []
  let last: Connection | undefined
  for (const line of text.split('\n')) {
    if (/^\s/.test(line)) {
      if (last) Object.assign(last, measured(line))
      continue
    }
    const [, state = '', recvQueue, sendQueue, local = '', peer = '', users = ''] = ROW.exec(line) ?? []
    const fd = new RegExp(`\\bpid=${pid},fd=(\\d+)`).exec(users)?.[1]
    last = fd
      ? { state, recvQueue: Number(recvQueue), sendQueue: Number(sendQueue), local, peer, fd: Number(fd) }
      : undefined
    if (last) found.push(last)
  }
  return found
}

function measured(line: string): Pick<Connection, 'rtt' | 'silent'> {
  const rtt = /\srtt:([\d.]+)/.exec(line)?.[1]
  const silent = /\slastrcv:(\d+)/.exec(line)?.[1]
  return { ...(rtt && { rtt: Number(rtt) }), ...(silent && { silent: Number(silent) }) }
}
