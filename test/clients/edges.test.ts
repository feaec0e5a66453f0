import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { drawLot, ENDS } from '../../clients/edge-lot.ts'
import { client } from '../../lab/places.ts'
import native from '../../lab/runners/native.ts'
import { parseProcNetTcp } from '../../lab/windows/proc-net-tcp.ts'
import { needs } from '../needs.ts'
import { startClient } from './program.ts'
import { soon } from './soon.ts'

interface Line {
  started: number
  held: number
  connected: number
  readings: number
  heard: number
  reset: number
  vanished: number
  storms: number
  errors: Record<string, number>
}

/** Answers each reading, and remembers who came and how they went. */
async function gateway() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/edge' })
  await once(server, 'listening')
  const seen = { addresses: [] as string[], ends: {} as Record<string, number> }
  const count = (end: string) => {
    seen.ends[end] = (seen.ends[end] ?? 0) + 1
  }
  server.on('connection', (edge: WebSocket, { socket }) => {
    seen.addresses.push(socket.remoteAddress ?? '')
    edge.on('message', () => edge.send('heard'))
    edge.on('error', () => {})
    socket.on('error', ({ code }: NodeJS.ErrnoException) => count(code ?? ''))
    socket.on('end', () => count('FIN'))
  })
  return {
    ...seen,
    to: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const edge of server.clients) edge.terminate()
      await new Promise((closed) => server.close(closed))
    },
  }
}

const edges = (to: string, ...flags: string[]) => startClient<Line>('edges', ['--to', to, ...flags])

test('steady edges: each from an address of its own, and what it says is answered', async () => {
  await using server = await gateway()
  await using fleet = edges(server.to, '--edges', '6', '--rate', '100')
  const { held, reset, errors } = await fleet.next(({ heard, readings }) => heard > 20 && heard <= readings)
  expect({ held, reset, errors }).toEqual({ held: 6, reset: 0, errors: {} })
  expect(server.addresses.sort()).toEqual([1, 2, 3, 4, 5, 6].map((n) => `127.2.0.${n}`))
})

test('edges that jitter break off with a RST, and come back', async () => {
  await using server = await gateway()
  await using fleet = edges(server.to, '--edges', '6', '--rate', '100', '--deaths', '1', '--ends', 'rst')
  await fleet.next(({ reset, connected }) => reset > 20 && connected > 20)
  await expect.poll(() => server.ends.ECONNRESET ?? 0, soon).toBeGreaterThan(15)
  expect(server.ends.FIN).toBeUndefined()
})

test('one seed gives the same jitter, and another seed another', () => {
  const odds = { edges: 20, deaths: 0.5, ends: ENDS }
  const lots = (seed: number) => Array.from({ length: 200 }, (_, arrival) => drawLot(seed, arrival, odds))
  expect(lots(7)).toEqual(lots(7))
  expect(lots(7)).not.toEqual(lots(8))
  const drawn = lots(7).map(({ edge }) => edge)
  expect(drawn.slice(0, 20)).toEqual([...Array(20).keys()])
  expect(new Set(drawn.slice(20)).size).toBe(20)
  const deeds = Map.groupBy(lots(7), ({ deed }) => deed)
  for (const [deed, share] of Object.entries({ speak: 100, rst: 50, vanish: 50 }))
    expect(Math.abs((deeds.get(deed as 'speak')?.length ?? 0) - share)).toBeLessThan(25)
})

test.each([
  ['at once without backoff', '0', true],
  ['later with backoff', '60000', false],
])('after a storm all edges come back %s', async (_, backoff, back) => {
  await using server = await gateway()
  await using fleet = edges(server.to, '--edges', '10', '--rate', '40', '--storm', '12', '--backoff', backoff)
  await fleet.next(({ storms }) => storms === 1)
  fleet.tell('pause')
  await expect.poll(() => server.ends.ECONNRESET ?? 0, soon).toBe(10)
  const settled = await fleet.next(({ held, reset }) => reset === 10 && (held === 10) === back)
  expect(settled.held === 10).toBe(back)
})

test('an edge vanishes: the server keeps its connection, and it comes back from another address', async (context) => {
  await needs(context, 'namespaces', 'drop-rules')
  await using stage = await native.open()
  await using _target = await stage.start({
    fault: 'edge-jitter',
    variant: 'vanished',
    listen: '127.0.0.1:8443',
    set: {},
  })
  const flags = ['--edges', '4', '--rate', '100', '--deaths', '1', '--ends', 'vanish']
  await using fleet = stage.clients.run([process.execPath, client('edges'), '--to', '127.0.0.1:8443', ...flags])
  for await (const line of fleet.lines) if ((JSON.parse(line) as Line).vanished > 10) break
  fleet.tell('pause')
  await using reading = stage.tracer.run(['cat', '/proc/net/tcp'])
  const table: string[] = []
  for await (const line of reading.lines) table.push(line)
  const kept = parseProcNetTcp(table.join('\n')).filter(
    ({ state, local }) => state === 'ESTAB' && local.endsWith(':8443'),
  )
  expect(kept.length).toBeGreaterThan(10)
  expect(new Set(kept.map(({ peer }) => peer.split(':')[0])).size).toBe(kept.length)
})
