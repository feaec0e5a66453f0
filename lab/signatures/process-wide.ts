import type { Call } from '../windows/window.ts'
import type { SeenDescriptor, Sight } from './sight.ts'
import { sum } from './sums.ts'

export const READS = ['read', 'readv', 'recvfrom', 'recvmsg', 'recvmmsg']
const SENDS = ['write', 'writev', 'sendto', 'sendmsg', 'sendmmsg', 'sendfile', 'splice']
const ACCEPTS = ['accept', 'accept4']

/**
 * For an observer that does not tell descriptors apart: one row for all accepting, one for all reading and sending.
 * A healthy half of the process hides a loop there, so such a row only ever says too little.
 */
export function processWide({ calls, waits }: Pick<Sight, 'calls' | 'waits'>): SeenDescriptor[] {
  const of = (names: readonly string[]) => names.flatMap((name) => calls.get(name) ?? [])
  const peeks = [...calls.values()].filter(({ call }) => call.endsWith('+MSG_PEEK'))
  const accepts = of(ACCEPTS)
  const reads = of(READS)
  const sends = of(SENDS)
  const ready = sum(waits.map((wait) => wait.ready))
  const useful = positive(reads) + positive(sends)
  return [
    {
      ...row('listener'),
      useful: positive(accepts),
      again: errors(accepts, isAgain),
      failed: errors(accepts, (errno) => !isAgain(errno)),
      ...mostOf(accepts),
    },
    {
      ...row('socket'),
      useful,
      eof: sum(reads.map((call) => call.zero)),
      again: errors(reads, isAgain),
      sendAgain: errors(sends, isAgain),
      failed: errors([...reads, ...sends], (errno) => !isAgain(errno)),
      peeked: sum(peeks.map((call) => call.calls)),
      ready,
      unconsumed: Math.max(0, ready - useful - positive(accepts) - errors(accepts, (errno) => !isAgain(errno))),
      ...mostOf([...reads, ...sends]),
    },
  ]
}

const isAgain = (errno: string) => errno === 'EAGAIN'
const positive = (calls: readonly Call[]) => sum(calls.map((call) => call.positive))

function errors(calls: readonly Call[], wanted: (errno: string) => boolean): number {
  return sum(calls.flatMap((call) => Object.entries(call.errors).map(([errno, n]) => (wanted(errno) ? n : 0))))
}

function mostOf(calls: readonly Call[]): { errno?: string } {
  const counts = calls.flatMap((call) => Object.entries(call.errors)).filter(([errno]) => !isAgain(errno))
  const [most] = counts.toSorted((a, b) => b[1] - a[1])
  return most ? { errno: most[0] } : {}
}

const row = (kind: 'listener' | 'socket'): SeenDescriptor => ({
  pid: -1,
  fd: -1,
  kind,
  useful: 0,
  eof: 0,
  again: 0,
  sendAgain: 0,
  failed: 0,
  peeked: 0,
  ready: 0,
  unconsumed: 0,
  bytesIn: 0,
  bytesOut: 0,
  epfds: [],
})
