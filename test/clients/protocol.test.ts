import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { expect, test } from 'vitest'
import { runClient } from './program.ts'
import { certificateFolder, identity, listening, opensslServer, tcpServer } from './tls-servers.ts'

const spoken = async (to: string) =>
  JSON.parse((await runClient('protocol', ['--to', to, '--timeout', '1000'])).stdout) as unknown

test('HTTP, whatever it answers', async () => {
  await using server = await listening(createServer((_, response) => response.writeHead(404).end()))
  expect(await spoken(server.to)).toEqual({ tls: false, http: true })
})

test('TLS, with whatever certificate, and HTTP in it or not', async () => {
  using certificates = await certificateFolder()
  await using http = await listening(createTlsServer(identity(certificates.path), (_, response) => response.end()))
  expect(await spoken(http.to)).toEqual({ tls: true, http: true })
  await using other = await opensslServer(certificates.path)
  expect(await spoken(other.to)).toEqual({ tls: true, http: false })
})

test('neither: one that sends everything back, one that says nothing, one that ends', async () => {
  await using echo = await tcpServer((socket) => socket.pipe(socket))
  await using silent = await tcpServer((socket) => socket.resume())
  await using ending = await tcpServer((socket) => socket.end())
  expect(await Promise.all([echo, silent, ending].map(({ to }) => spoken(to)))).toEqual(
    Array.from({ length: 3 }, () => ({ tls: false, http: false })),
  )
})
