import { expect, test } from 'vitest'
import { correlateHalfOpen, type Moment } from '../../lab/diagnosis/half-open.ts'
import type { SocketRow } from '../../lab/windows/proc-net-tcp.ts'

const LISTEN = '127.0.0.1:8443'

const halfOpen = (peer: string, retransmits: number, expires: number, local = LISTEN): SocketRow => ({
  state: 'SYN-RECV',
  recvQueue: 0,
  sendQueue: 0,
  local,
  peer,
  inode: 0,
  timer: { name: 'on', expires, retransmits },
})

const moment = (at: number, accepted: number, network: Record<string, number>, sockets: SocketRow[] = []): Moment => ({
  at,
  sockets,
  network,
  accepted: { [LISTEN]: accepted },
})

const quiet = { ListenOverflows: 7, ListenDrops: 9 }

test('half-open connections are counted by source, with the age that their timer tells', () => {
  const sockets = [
    halfOpen('127.1.0.9:50000', 0, 0.4), // 1 s after the SYN, less 0.4
    halfOpen('127.1.0.9:50001', 2, 3), // 1 + 2 + 4 s, less 3
    halfOpen('127.1.0.10:50000', 1, 2), // 1 + 2 s, less 2
    halfOpen('127.1.0.10:50001', 0, 0.5, '127.0.0.1:9000'), // of another listener
  ]
  const report = correlateHalfOpen(moment(0, 100, quiet), moment(2000, 150, quiet, sockets), LISTEN)
  expect(report).toMatchObject({
    acceptedRate: 25,
    overflows: 0,
    drops: 0,
    sources: [
      { source: '127.1.0.9', halfOpen: 2, oldest: 4, retransmits: 2 },
      { source: '127.1.0.10', halfOpen: 1, oldest: 1, retransmits: 1 },
    ],
  })
  expect(report.text).toContain('3 connections from 2 addresses are half-open, and 25 are accepted a second')
  expect(report.text).toContain('never overflowed')
})

test.each([
  [{ ListenOverflows: 19, ListenDrops: 21 }, 'overflowed 12 times'],
  [{ ListenOverflows: 7, ListenDrops: 12 }, 'dropped 3 without its queue being full'],
  [{}, 'never overflowed'],
])('what the kernel dropped since then is told: %j', (network, words) => {
  expect(correlateHalfOpen(moment(0, 0, quiet), moment(1000, 0, network), LISTEN).text).toContain(words)
})

test('two looks at one moment make no rate', () => {
  expect(correlateHalfOpen(moment(5, 0, quiet), moment(5, 9, quiet), LISTEN).acceptedRate).toBe(0)
})
