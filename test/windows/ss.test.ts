import { describe, expect, it } from 'vitest'
import { parseSs } from '../../lab/windows/ss.ts'
import { capture } from './capture.ts'

const STATES = [
  'CLOSE-WAIT',
  'CLOSING',
  'ESTAB',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'LAST-ACK',
  'LISTEN',
  'SYN-RECV',
  'SYN-SENT',
  'TIME-WAIT',
]

describe('ss', () => {
  it.each(['every-state', 'every-state-with-details'])('tells sockets in every state of TCP: %s', (name) => {
    const { rows, lost } = parseSs(capture(`ss/${name}.txt`))
    expect(lost).toBe(0)
    expect(rows).toHaveLength(24)
    expect([...new Set(rows.map((row) => row.state))].sort()).toEqual(STATES)
    expect(rows.filter((row) => row.state === 'ESTAB' && row.recvQ > 0)).toEqual([
      {
        state: 'ESTAB',
        recvQ: 60,
        sendQ: 0,
        local: '127.0.0.1:8443',
        peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      },
    ])
    expect(rows).toContainEqual({ state: 'LISTEN', recvQ: 1, sendQ: 5, local: '[::1]:8444', peer: '[::]:*' })
  })

  it('counts lines that are no sockets', () => {
    expect(parseSs(['State Recv-Q Send-Q Local Address:Port', 'ESTAB x 0 a:1 b:2', ''])).toEqual({ rows: [], lost: 2 })
  })
})
