import { expect, test } from 'vitest'
import { startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line {
  started: number
  held: number
  closedByClient: number
}

/** What the first connections of a seed say, and how they end. */
async function seen(count: number, ...flags: string[]) {
  const talks: { said: string; end: 'fin' | 'rst' | undefined }[] = []
  await using server = await tcpServer((socket) => {
    const talk: (typeof talks)[number] = { said: '', end: undefined }
    talks.push(talk)
    socket.on('data', (data) => {
      talk.said += data.toString('latin1')
    })
    socket.on('end', () => {
      talk.end ??= 'fin'
      socket.end()
    })
    socket.on('error', () => {
      talk.end = 'rst'
    })
  })
  await using client = startClient<Line>('churn', ['--to', server.to, '--rate', '200', '--hold', '20', ...flags])
  await client.next(({ started }) => started > count)
  await expect.poll(() => talks.filter(({ end }) => end).length, soon).toBeGreaterThan(count / 2)
  expect(client.lines.at(-1)?.held).toBeLessThanOrEqual(20)
  return talks
}

test('says parts of a request or nothing, and ends in each way', async () => {
  const talks = await seen(100)
  const beginnings = talks.map(({ said }) => said)
  expect(beginnings.every((said) => 'GET / HTTP/1.1\r\nHost: localhost\r\n'.startsWith(said.slice(0, 30)))).toBe(true)
  expect(new Set(beginnings.map((said) => said.length)).size).toBeGreaterThan(10)
  expect(beginnings).toContain('')
  for (const end of ['fin', 'rst'] as const) expect(talks.filter((talk) => talk.end === end).length).toBeGreaterThan(10)
})

test('with --tls it is the beginning of a handshake', async () => {
  const said = (await seen(40, '--tls')).map((talk) => talk.said).filter(Boolean)
  expect(said.length).toBeGreaterThan(10)
  expect(said.every((bytes) => bytes.startsWith('\x16') && (bytes.length < 2 || bytes[1] === '\x03'))).toBe(true)
})
