import { expect, test } from 'vitest'
import type { ConnectionCounts } from '../../clients/connections.ts'
import { runClient, startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line extends ConnectionCounts {
  started: number
}

const hold = (to: string, ...flags: string[]) => startClient<Line>('hold-connections', ['--to', to, ...flags])

test('each connection begins a request, never finishes it, stays for a while and leaves with a FIN', async () => {
  const heard: string[] = []
  const ends = { fin: 0, rst: 0 }
  await using server = await tcpServer((socket) => {
    socket.on('data', (data) => heard.push(`${data}`))
    socket.on('end', () => {
      ends.fin++
      socket.end()
    })
    socket.on('error', () => ends.rst++)
  })
  await using client = hold(server.to, '--rate', '300', '--hold', '50', '--from', '127.0.0.2')
  const line = await client.next(({ started }) => started > 200)
  for (const text of heard) expect(text).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: lab\.test\r\nX-Filler: \.+$/)
  expect([...server.sockets].every(({ remoteAddress }) => remoteAddress === '127.0.0.2')).toBe(true)
  for (const { held, connected, closedByClient } of client.lines) {
    expect(held).toBeLessThanOrEqual(50)
    expect(held + closedByClient).toBe(connected)
  }
  expect(line).toMatchObject({ closedByServer: 0, errors: {} })
  // Those that stay for the shortest time make room for 60 % of --hold.
  expect(line.held).toBeGreaterThan(25)
  await expect.poll(() => ends.fin, soon).toBeGreaterThan(100)
  expect(ends.rst).toBe(0)
})

test('it begins with those that would be there by then', async () => {
  await using server = await tcpServer((socket) => socket.resume())
  await using client = hold(server.to, '--rate', '5', '--hold', '100')
  const { held } = await client.next(({ started }) => started >= 1)
  expect(held).toBeGreaterThan(60)
  expect(held).toBeLessThanOrEqual(100)
})

test('how long one stays does not depend on how many the server turns away', async () => {
  let arrived = 0
  await using server = await tcpServer((socket) => {
    socket.resume()
    if (++arrived % 2) socket.destroy()
    else socket.on('end', () => socket.end())
  })
  await using client = hold(server.to, '--rate', '300', '--hold', '50')
  const { held } = await client.next(({ started }) => started > 200)
  expect(held).toBeLessThan(30)
})

test('what is held stays while arrivals pause', async () => {
  await using server = await tcpServer((socket) => socket.resume())
  await using client = hold(server.to, '--rate', '300', '--hold', '50')
  await client.next(({ started }) => started > 60)
  client.tell('pause')
  // Until two lines say the same, arrivals of before the pause are under way.
  const paused = await client.next(({ started }) => client.lines.filter((line) => line.started === started).length > 1)
  expect(paused.held).toBeGreaterThan(25)
  await client.next(({ started, held }) => started === paused.started && held === paused.held)
  expect(server.sockets.size).toBeGreaterThanOrEqual(paused.held)
})

test('more than this process may open is refused with both numbers', async () => {
  const flags = ['--to', '127.0.0.1:9', '--hold', '900']
  const { code, stderr, stdout } = await runClient('hold-connections', flags, ['prlimit', '--nofile=500:500'])
  expect(stderr).toBe(
    'hold-connections: --hold 900 needs 964 open files, this process may have 500 (ulimit -n); hold at most 436\n',
  )
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})
