import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { parseProcNetTcp } from '../../lab/windows/proc-net-tcp.ts'

test('names states and addresses as ss does', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:20FB 0200007F:C350 01 00000010:000000C8 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
   2: 0000000000000000FFFF00000100007F:20FB 0000000000000000FFFF00000200007F:C351 08 00000000:00000000 00:00000000 00000000     0        0 4713 1
   3: 00000000000000000000000001000000:20FB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4714 1`
  expect(parseProcNetTcp(text)).toEqual([
    { state: 'LISTEN', recvQueue: 3, sendQueue: 0, local: '127.0.0.1:8443', peer: '0.0.0.0:0', inode: 4711 },
    { state: 'ESTAB', recvQueue: 200, sendQueue: 16, local: '127.0.0.1:8443', peer: '127.0.0.2:50000', inode: 4712 },
    { state: 'CLOSE-WAIT', recvQueue: 0, sendQueue: 0, local: '127.0.0.1:8443', peer: '127.0.0.2:50001', inode: 4713 },
    {
      state: 'LISTEN',
      recvQueue: 0,
      sendQueue: 0,
      local: '[0:0:0:0:0:0:0:1]:8443',
      peer: '[0:0:0:0:0:0:0:0]:0',
      inode: 4714,
    },
  ])
})

test('tells which timer runs, as ss -o does', () => {
  const text = `   0: 0100007F:20FB 0900017F:C350 03 00000000:00000000 01:00000163 00000002     0        0 0 1 0000000000000000
   1: 0100007F:20FB 0A00017F:C351 01 00000000:00000000 02:00000064 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1`
  expect(parseProcNetTcp(text).map(({ state, peer, timer }) => ({ state, peer, timer }))).toEqual([
    { state: 'SYN-RECV', peer: '127.1.0.9:50000', timer: { name: 'on', expires: 3.55, retransmits: 2 } },
    { state: 'ESTAB', peer: '127.1.0.10:50001', timer: { name: 'keepalive', expires: 1, retransmits: 0 } },
  ])
})

test('sees the bytes that a real server does not take', async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  client.write('x'.repeat(100))
  const local = `127.0.0.1:${port}`
  const row = () =>
    parseProcNetTcp(readFileSync('/proc/net/tcp', 'utf8')).find(
      (socket) => socket.local === local && socket.state === 'ESTAB',
    )
  await expect.poll(row).toMatchObject({ recvQueue: 100, peer: `127.0.0.1:${(client.address() as AddressInfo).port}` })
  // The same truth as ss prints: State Recv-Q Send-Q Local Peer.
  const printed = await execa('ss', ['-tnH', `sport = :${port}`], { reject: false })
  if (!printed.failed) {
    const { state, recvQueue, sendQueue, peer } = row() ?? {}
    expect(printed.stdout.trim().split(/\s+/)).toEqual([state, `${recvQueue}`, `${sendQueue}`, local, peer])
  }
  client.destroy()
  server.close()
})
