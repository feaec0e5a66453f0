import { busiestWait, type ExecutionTrace, total, wakesOf } from '../go-runtime/execution-trace.ts'
import { short } from '../signatures/words.ts'
import type { OpenFiles } from '../windows/lsof.ts'
import type { Connection } from '../windows/ss.ts'

export const percent = (share: number) => `${Math.round(100 * share)} %`

/** What an execution trace says of the scheduler; the waits of its poller are in none. */
export function ofTrace(trace: ExecutionTrace): string[] {
  const { seconds, procStarts, calls, wokenByGoroutines } = trace
  const { network, timers } = wakesOf(trace)
  const per = (n: number) => short(Math.round(n))
  const most = busiestWait(trace)
  return [
    `execution trace of ${seconds.toFixed(2)} s, a second: ${per(network)} goroutines woken by the network poller or a deadline, ${per(timers)} by timers, ${per(total(wokenByGoroutines) / seconds)} by goroutines; ${per(procStarts / seconds)} processor starts, ${per(total(calls) / seconds)} system calls`,
    ...(most
      ? [`most often a goroutine goes to wait (${most.reason}) in ${most.at}: ${per(most.perSecond)} times a second`]
      : []),
  ]
}

/** `lsof: 9 descriptors (5 IPv4, 3 FIFO, 1 CHR), and 21 lines that are none; …` */
export function ofFiles({ others, types, unlisted }: OpenFiles): string {
  const open = Object.values(types).reduce((sum, n) => sum + n, 0)
  const lost = unlisted.length
    ? `; ${unlisted.length} sockets are open that no table of the kernel shows any more: finished on both sides`
    : ''
  return `lsof: ${open} descriptors (${counted(types)}), and ${others} lines that are none${lost}`
}

/** `ss -tinp: 12 connections (8 CLOSE-WAIT, 4 ESTAB); 3 with 40 bytes unread; …` */
export function ofConnections(connections: readonly Connection[]): string {
  const states: Record<string, number> = {}
  for (const { state } of connections) states[state] = (states[state] ?? 0) + 1
  const sum = (of: (connection: Connection) => number) => connections.reduce((bytes, one) => bytes + of(one), 0)
  const queue = (bytes: number, what: string) => (bytes ? [`${short(bytes)} bytes ${what}`] : [])
  const times = connections.flatMap(({ rtt }) => rtt ?? [])
  const silent = Math.max(0, ...connections.map(({ silent = 0 }) => silent)) / 1000
  return [
    `ss -tinp: ${connections.length} connections${connections.length ? ` (${counted(states)})` : ''}`,
    ...queue(
      sum(({ recvQueue }) => recvQueue),
      'unread',
    ),
    ...queue(
      sum(({ sendQueue }) => sendQueue),
      'not acknowledged',
    ),
    ...(times.length ? [`round trips of ${Math.min(...times)} to ${Math.max(...times)} ms`] : []),
    ...(silent ? [`longest silence ${silent.toFixed(1)} s`] : []),
  ].join('; ')
}

const counted = (numbers: Readonly<Record<string, number>>) =>
  Object.entries(numbers)
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')
