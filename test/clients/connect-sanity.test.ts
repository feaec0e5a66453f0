import { expect, test } from 'vitest'
import { startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line {
  ok: number
  failed: number
  errors: Record<string, number>
  latencies: number[]
}

const connects = (to: string) => startClient<Line>('connect-sanity', ['--to', to, '--rate', '100'])

test('connects, times it, and ends politely', async () => {
  let ended = 0
  await using server = await tcpServer((socket) => {
    socket.resume().on('end', () => {
      ended++
      socket.end()
    })
  })
  await using client = connects(server.to)
  const { failed } = await client.next(({ ok }) => ok > 30)
  expect(failed).toBe(0)
  expect(client.lines.flatMap(({ latencies }) => latencies).length).toBe(client.lines.at(-1)?.ok)
  await expect.poll(() => ended, soon).toBeGreaterThan(30)
})

test('counts what fails, by its reason', async () => {
  const gone = await tcpServer(() => {})
  await gone[Symbol.asyncDispose]()
  await using client = connects(gone.to)
  const { ok, errors } = await client.next(({ failed }) => failed > 10)
  expect(ok).toBe(0)
  expect(Object.keys(errors)).toEqual(['ECONNREFUSED'])
})
