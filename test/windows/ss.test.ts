import { expect, test } from 'vitest'
import { ofConnections } from '../../lab/diagnosis/side-words.ts'
import { parseSs } from '../../lab/windows/ss.ts'

// Printed by `ss -H -tinp` of iproute2 6.1; the lines with what was measured are cut.
const PRINTED = `ESTAB      5      0      127.0.0.1:55789 127.0.0.1:38222 users:(("server",pid=9805,fd=5))
	 bbr wscale:10,10 rto:204 rtt:0.023/0.011 ato:40 mss:32768 bytes_received:5 lastsnd:260 lastrcv:260 lastack:260 minrtt:0.023 snd_wnd:65536
ESTAB      0      0      127.0.0.1:38222 127.0.0.1:55789 users:(("client",pid=9806,fd=4))
	 bbr wscale:10,10 rto:204 rtt:0.035/0.019 mss:32768 bytes_sent:5 lastsnd:260 lastrcv:260 lastack:260
CLOSE-WAIT 1      7      [::1]:55789 [::1]:38230 users:(("worker",pid=98,fd=9),("server",pid=9805,fd=7))
	 cubic rto:204 rtt:12.5/3 lastsnd:4260 lastrcv:61000 lastack:260
FIN-WAIT-1 0      1      127.0.0.1:55789 127.0.0.1:38444
	 cubic rto:204 backoff:3 lastsnd:1
`

test('the connections of one process, with what the kernel measured of each', () => {
  expect(parseSs(PRINTED, 9805)).toEqual([
    {
      state: 'ESTAB',
      recvQueue: 5,
      sendQueue: 0,
      local: '127.0.0.1:55789',
      peer: '127.0.0.1:38222',
      fd: 5,
      rtt: 0.023,
      silent: 260,
    },
    {
      state: 'CLOSE-WAIT',
      recvQueue: 1,
      sendQueue: 7,
      local: '[::1]:55789',
      peer: '[::1]:38230',
      fd: 7,
      rtt: 12.5,
      silent: 61000,
    },
  ])
  expect(parseSs(PRINTED, 5)).toEqual([])
  expect(parseSs('', 9805)).toEqual([])
})

test('they are summed up in a line', () => {
  expect(ofConnections(parseSs(PRINTED, 9805))).toBe(
    'ss -tinp: 2 connections (1 ESTAB, 1 CLOSE-WAIT); 6 bytes unread; 7 bytes not acknowledged; round trips of 0.023 to 12.5 ms; longest silence 61.0 s',
  )
  expect(ofConnections([])).toBe('ss -tinp: 0 connections')
})
