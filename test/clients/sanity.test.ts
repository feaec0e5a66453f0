import { X509Certificate } from 'node:crypto'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startClient } from './program.ts'
import { soon } from './soon.ts'
import { certificateFolder, identity, listening } from './tls-servers.ts'

interface Line {
  at: number
  due: number
  ok: number
  failed: number
  errors: Record<string, number>
  latencies: number[]
  kept: { ok: number; failed: number }
  fresh: { ok: number; failed: number }
  reconnects: number
  certificates: string[]
  saturated: boolean
}

let certificates: Awaited<ReturnType<typeof certificateFolder>>
beforeAll(async () => {
  certificates = await certificateFolder()
})
afterAll(() => certificates[Symbol.dispose]())

const answer: RequestListener = (_, response) => response.end('ok')
const secure = (listener = answer) => {
  const server = createHttpsServer(identity(certificates.path), listener)
  server.keepAliveTimeout = 0
  return listening(server)
}
const sanity = (to: string, ...flags: string[]) => startClient<Line>('sanity', ['--to', to, '--rate', '100', ...flags])
const trusting = (to: string, ...flags: string[]) => sanity(to, '--ca', join(certificates.path, 'ca.pem'), ...flags)
const serial = (prefix: '' | 'next-') => new X509Certificate(identity(certificates.path, prefix).cert).serialNumber

test('asks half over kept connections and half over fresh ones, and all succeed', async () => {
  // By the connection itself: the port of one that has ended may be given to the next.
  const requests = new Map<Socket, number>()
  const sources = new Set<string | undefined>()
  await using server = await secure((request, response) => {
    requests.set(request.socket, (requests.get(request.socket) ?? 0) + 1)
    sources.add(request.socket.remoteAddress)
    expect(request.headers.host).toBe('lab.test')
    response.end('ok')
  })
  await using client = trusting(server.to)
  const { ok, kept, fresh, failed, errors, reconnects } = await client.next((line) => line.ok > 100)
  expect([failed, errors, reconnects]).toEqual([0, {}, 0])
  expect(kept.ok + fresh.ok).toBe(ok)
  // Half of what was asked; what is still under way may lag on one side.
  expect(Math.min(kept.ok, fresh.ok)).toBeGreaterThan(ok / 3)
  const perConnection = [...requests.values()].sort((a, b) => b - a)
  expect(perConnection.slice(0, 4).every((count) => count > 5)).toBe(true)
  expect(perConnection.slice(4).every((count) => count === 1)).toBe(true)
  expect([...sources]).toEqual(['127.0.0.1'])
  // Every answered request has its latency, once.
  expect(client.lines.flatMap(({ latencies }) => latencies).length).toBe(client.lines.at(-1)?.ok)
})

test('sees a swapped certificate on fresh connections, while kept ones live on', async () => {
  await using server = await secure()
  await using client = trusting(server.to)
  expect((await client.next(({ ok }) => ok > 20)).certificates).toEqual([serial('')])
  ;(server.server as ReturnType<typeof createHttpsServer>).setSecureContext(identity(certificates.path, 'next-'))
  await client.next(({ certificates }) => certificates.join() === serial('next-'))
  const last = await client.next(({ ok }) => ok > 40)
  expect(last).toMatchObject({ failed: 0, reconnects: 0 })
})

test('speaks HTTP without TLS when told so', async () => {
  await using server = await listening(createHttpServer(answer))
  await using client = sanity(server.to, '--plain')
  expect(await client.next(({ ok }) => ok > 30)).toMatchObject({ failed: 0, errors: {}, certificates: [] })
})

test('counts late requests from the moment they were due: a server that hangs for a while shows in the latencies', async () => {
  let hanging = false
  const waiting: (() => void)[] = []
  await using server = await secure((_, response) => {
    if (hanging) waiting.push(() => response.end('ok'))
    else response.end('ok')
  })
  await using client = trusting(server.to, '--timeout', '20000')
  await client.next(({ ok }) => ok > 20)
  hanging = true
  const stalled = client.lines.at(-1) as Line
  // Open loop: what is due grows although nothing is answered.
  await client.next(({ due }) => due > stalled.due + 60)
  hanging = false
  const counted = client.lines.length
  for (const end of waiting) end()
  const { ok } = await client.next((line) => line.ok > stalled.ok + 60)
  expect(ok).toBeGreaterThan(stalled.ok + 60)
  const slow = client.lines.slice(counted).flatMap(({ latencies }) => latencies)
  // 60 arrivals at 100 a second: the first of them waited longest, the kept ones behind each other.
  expect(Math.max(...slow)).toBeGreaterThan(500)
  expect(slow.filter((latency) => latency > 100).length).toBeGreaterThan(40)
})

describe('fails with the code of what went wrong', () => {
  test('a server that never answers: TIMEOUT', async () => {
    await using server = await secure(() => {})
    await using client = trusting(server.to, '--timeout', '200')
    const { ok, kept, fresh } = await client.next(({ errors }) => (errors.TIMEOUT ?? 0) > 20)
    expect(ok).toBe(0)
    expect(kept.failed).toBeGreaterThan(0)
    expect(fresh.failed).toBeGreaterThan(0)
  })

  test('a status other than 200', async () => {
    await using server = await secure((_, response) => response.writeHead(503).end())
    await using client = trusting(server.to)
    const line = await client.next(({ failed }) => failed > 20)
    expect(line).toMatchObject({ ok: 0, errors: { HTTP_503: line.failed } })
  })

  test('a certificate of another CA', async () => {
    using others = await certificateFolder()
    await using server = await secure()
    await using client = sanity(server.to, '--ca', join(others.path, 'ca.pem'))
    const { ok, errors } = await client.next(({ failed }) => failed > 20)
    expect(ok).toBe(0)
    expect(Object.keys(errors)).toEqual([expect.stringMatching(/UNABLE_TO|SELF_SIGNED/)])
  })

  test('a certificate for another name', async () => {
    await using server = await secure()
    await using client = trusting(server.to, '--server-name', 'other.test')
    const { ok, errors } = await client.next(({ failed }) => failed > 20)
    expect(ok).toBe(0)
    expect(Object.keys(errors)).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID'])
  })

  test('nobody there, and then somebody again: kept connections are opened again, and counted', async () => {
    await using server = await secure()
    await using client = trusting(server.to)
    await client.next(({ kept }) => kept.ok > 20)
    for (const socket of server.sockets) socket.destroy()
    await client.next(({ reconnects, kept }) => reconnects === 4 && kept.ok > 30)
    const { failed } = client.lines.at(-1) as Line
    await server[Symbol.asyncDispose]()
    await client.next(({ errors }) => (errors.ECONNREFUSED ?? 0) > failed + 20)
  })
})

test('pauses with its kept connections open', async () => {
  await using server = await secure()
  await using client = trusting(server.to)
  await client.next(({ ok }) => ok > 40)
  client.tell('pause')
  await expect.poll(() => server.sockets.size, soon).toBe(4)
  const { due } = client.lines.at(-1) as Line
  client.tell('resume')
  expect((await client.next((line) => line.due > due + 20)).reconnects).toBe(0)
})

test('with --any-certificate and --any-status a stranger is served too', async () => {
  await using server = await secure((_, response) => response.writeHead(404).end())
  await using client = sanity(server.to, '--any-certificate', '--any-status')
  const { failed } = await client.next(({ ok }) => ok > 20)
  expect(failed).toBe(0)
})
