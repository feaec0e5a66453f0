/** One socket as `ss` prints it. */
export interface SsRow {
  state: string
  /** bytes received and not yet taken; for a listener, connections waiting to be accepted */
  recvQ: number
  /** bytes not yet acknowledged; for a listener, the length of its accept queue */
  sendQ: number
  local: string
  peer: string
}

// Every name in sstate_namel and sstate_name of iproute2's misc/ss.c that can stand in the first column for TCP.
const STATES = new Set([
  'UNCONN',
  'ESTAB',
  'SYN-SENT',
  'SYN-RECV',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'TIME-WAIT',
  'CLOSE-WAIT',
  'LAST-ACK',
  'LISTEN',
  'CLOSING',
  'NEW-SYN-RECV',
  'BOUND-INACTIVE',
])

/**
 * Parses `ss -tanHO` with any further columns (`-i`, `-p`, `-e`): one socket a line.
 * Lines that are none are counted, so that a condition never rests on output that was not understood.
 */
export function parseSs(lines: Iterable<string>): { rows: SsRow[]; lost: number } {
  const rows: SsRow[] = []
  let lost = 0
  for (const line of lines) {
    if (line.trim() === '') continue
    const [state = '', recvQ = '', sendQ = '', local, peer] = line.trim().split(/\s+/)
    if (STATES.has(state) && /^\d+$/.test(recvQ) && /^\d+$/.test(sendQ) && local && peer)
      rows.push({ state, recvQ: Number(recvQ), sendQ: Number(sendQ), local, peer })
    else lost++
  }
  return { rows, lost }
}
