import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type KindName, kindNames } from '../../clients/hello-catalogue.ts'
import { startClient } from './program.ts'
import { soon } from './soon.ts'
import { certificateFolder, deafServer, opensslServer, tcpServer } from './tls-servers.ts'

interface Line {
  due: number
  started: number
  connected: number
  held: number
  closedByServer: number
  closedByClient: number
  errors: Record<string, number>
  byKind: Partial<Record<KindName, number>>
}

const storm = (to: string, ...flags: string[]) => startClient<Line>('hello-storm', ['--to', to, ...flags])
const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)

function expectConsistent(lines: readonly Line[], hold: number) {
  for (const { started, connected, held, closedByServer, closedByClient, byKind } of lines) {
    expect(held + closedByServer + closedByClient).toBe(connected)
    expect(connected).toBeLessThanOrEqual(started)
    expect(held).toBeLessThanOrEqual(hold)
    expect(sum(byKind)).toBe(started)
  }
}

test('holds as many as told, and arrivals go on: the oldest make room', async () => {
  const ends = { fin: 0, rst: 0 }
  await using server = await tcpServer((socket) => {
    socket.resume()
    socket.on('end', () => {
      ends.fin++
      socket.end()
    })
    socket.on('error', () => ends.rst++)
  })
  await using client = storm(server.to, '--rate', '300', '--hold', '100', '--kinds', 'truncated-record')
  const { closedByClient, closedByServer, errors } = await client.next(({ started }) => started > 300)
  expect(closedByClient).toBeGreaterThan(100)
  expect(closedByServer).toBe(0)
  expect(errors).toEqual({})
  expectConsistent(client.lines, 100)
  // Which way a connection goes is drawn from the seed, about half and half.
  await expect.poll(() => Math.min(ends.fin, ends.rst), soon).toBeGreaterThan(30)
  client.tell('pause')
  await expect.poll(() => server.sockets.size, soon).toBe(100)
})

test('opens every kind but the valid one, from every source that it was given', async () => {
  const sources = new Set<string | undefined>()
  await using server = await tcpServer((socket) => {
    sources.add(socket.remoteAddress)
    socket.resume()
  })
  await using client = storm(server.to, '--rate', '200', '--from', '127.0.0.2-127.0.0.5')
  const { byKind } = await client.next(({ started }) => started > 3 * kindNames.length)
  expect(Object.keys(byKind).sort()).toEqual(kindNames.filter((kind) => kind !== 'valid').sort())
  expect([...sources].sort()).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5'])
  // Each round has each kind once.
  expect(Math.max(...Object.values(byKind)) - Math.min(...Object.values(byKind))).toBeLessThanOrEqual(1)
})

describe('one seed gives the same traffic', () => {
  const COUNT = 40

  /** What the first connections say, one by one. */
  async function said(seed: string) {
    const heard: { from: string | undefined; bytes: Buffer }[] = []
    await using server = await tcpServer((socket) => {
      const own = { from: socket.remoteAddress, bytes: Buffer.alloc(0) }
      heard.push(own)
      socket.on('data', (data) => {
        own.bytes = Buffer.concat([own.bytes, data])
      })
    })
    const kinds = 'garbage,truncated-record,hello-then-stall,bad-key-share,unknown-sni'
    await using client = storm(
      server.to,
      '--rate',
      '100',
      '--seed',
      seed,
      '--kinds',
      kinds,
      '--from',
      '127.0.0.2-127.0.0.9',
    )
    await expect.poll(() => heard.length, soon).toBeGreaterThan(COUNT)
    client.tell('stop')
    await client.ended
    return heard.slice(0, COUNT).map(({ from, bytes }) => `${from} ${bytes.toString('hex')}`)
  }

  test('and another seed another', async () => {
    const first = await said('7')
    // Sorted: two connections of the same instant may be accepted in either order.
    expect((await said('7')).sort()).toEqual([...first].sort())
    expect(new Set([...(await said('8')), ...first]).size).toBe(2 * COUNT)
  })
})

describe('counts what the server does', () => {
  test.each<[string, (socket: Socket) => void, Record<string, unknown>]>([
    ['closes', (socket) => socket.end(), {}],
    ['resets', (socket) => setImmediate(() => socket.resetAndDestroy()), { ECONNRESET: expect.any(Number) }],
  ])('when it %s', async (_, act, errors) => {
    await using server = await tcpServer((socket) => {
      socket.resume()
      act(socket)
    })
    await using client = storm(server.to, '--rate', '200', '--kinds', 'hello-then-stall')
    const line = await client.next(({ closedByServer }) => closedByServer > 50)
    expect(line.closedByClient).toBe(0)
    expect(line.errors).toEqual(errors)
    expectConsistent(client.lines, 100)
  })

  test('when nobody listens: each arrival is an error, and they go on', async () => {
    const gone = await tcpServer(() => {})
    await gone[Symbol.asyncDispose]()
    await using client = storm(gone.to, '--rate', '200')
    const line = await client.next(({ errors }) => (errors.ECONNREFUSED ?? 0) > 50)
    expect(line).toMatchObject({ connected: 0, held: 0, closedByServer: 0, closedByClient: 0 })
  })

  test('when it does not accept: what was never connected is given up as unanswered', async () => {
    await using server = await deafServer()
    await using client = storm(server.to, '--rate', '200', '--hold', '20', '--kinds', 'hello-then-stall')
    const line = await client.next(({ errors }) => (errors.UNANSWERED ?? 0) > 50)
    expect(line.connected).toBeLessThan(line.started)
    expectConsistent(client.lines, 20)
  })

  test('as a TLS server does it: refused ones are closed, the others stay', async () => {
    using certificates = await certificateFolder()
    await using server = await opensslServer(certificates.path)
    await using client = storm(server.to, '--rate', '100', '--kinds', 'garbage,truncated-record')
    const { closedByServer, held, errors } = await client.next(({ started }) => started > 60)
    expect(closedByServer).toBeGreaterThan(20)
    expect(held).toBeGreaterThan(20)
    expect(errors).toEqual({})
  })
})
