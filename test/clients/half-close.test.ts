import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { ConnectionCounts } from '../../clients/connections.ts'
import { startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line extends ConnectionCounts {
  started: number
}

const halfClose = (to: string, ...flags: string[]) => startClient<Line>('half-close', ['--to', to, ...flags])

test('it asks, shuts its side down, and keeps the socket', async () => {
  const heard: string[] = []
  let fins = 0
  await using server = await tcpServer((socket) => {
    socket.on('data', (data) => heard.push(`${data}`))
    socket.on('end', () => fins++)
  })
  await using client = halfClose(server.to, '--rate', '100', '--hold', '500')
  const { started, held, connected } = await client.next((line) => line.started > 30)
  await expect.poll(() => fins, soon).toBeGreaterThanOrEqual(started)
  expect(held).toBe(connected)
  for (const text of heard)
    expect(text).toMatch(/^GET \/events HTTP\/1\.1\r\nHost: lab\.test\r\nX-Filler: \.+\r\n\r\n$/)
})

test('it never reads: what the server says stays unread, and its end unheard', async () => {
  const MUCH = 64 * 1024 * 1024
  const sockets: Socket[] = []
  await using server = await tcpServer((socket) => {
    sockets.push(socket)
    socket.resume()
    if (sockets.length % 2) socket.write(Buffer.alloc(MUCH))
    else socket.end()
  })
  await using client = halfClose(server.to, '--rate', '20', '--hold', '100')
  const line = await client.next(({ started }) => started >= 8)
  expect(line).toMatchObject({ held: line.connected, closedByServer: 0, errors: {} })
  expect(sockets[0]?.writableLength).toBeGreaterThan(0)
})

test('when it holds enough, the oldest is reset', async () => {
  let resets = 0
  await using server = await tcpServer((socket) => {
    socket.resume()
    // Node hears of a reset when it writes. In CLOSE-WAIT the kernel calls it EPIPE (tcp_reset in net/ipv4/tcp_input.c).
    const writing = setInterval(() => socket.write('x'), 20)
    socket.on('error', () => resets++)
    socket.on('close', () => clearInterval(writing))
  })
  await using client = halfClose(server.to, '--rate', '100', '--hold', '10')
  await client.next(({ started }) => started > 60)
  await expect.poll(() => resets, soon).toBeGreaterThan(30)
  for (const { held } of client.lines) expect(held).toBeLessThanOrEqual(10)
})
