import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { catalogue, type RequestName, requestNames } from '../../clients/request-catalogue.ts'
import { runClient, startClient } from './program.ts'
import { soon } from './soon.ts'
import { listening } from './tls-servers.ts'

interface Line {
  started: number
  held: number
  closedByServer: number
  closedByClient: number
  byKind: Partial<Record<RequestName, number>>
}

/** Answers when it has the whole request. */
const server = () => listening(createServer((request, response) => request.resume().on('end', () => response.end())))
const kinds = (stalls: boolean) => requestNames.filter((kind) => catalogue[kind].stalls === stalls)
const storm = (to: string, ...flags: string[]) =>
  startClient<Line>('request-storm', ['--to', to, '--rate', '100', ...flags])

test('sends every kind, in turn', async () => {
  await using http = await server()
  await using client = storm(http.to)
  const { byKind } = await client.next(({ started }) => started > 2 * requestNames.length)
  expect(Object.keys(byKind).toSorted()).toEqual(requestNames.toSorted())
})

test('a server of HTTP waits for more of those that stall', async () => {
  await using http = await server()
  await using client = storm(http.to, '--kinds', kinds(true).join(','))
  const { closedByServer } = await client.next(({ started }) => started > 60)
  expect(closedByServer).toBe(0)
})

test('and ends the others', async () => {
  await using http = await server()
  await using client = storm(http.to, '--kinds', kinds(false).join(','))
  await client.next(({ started }) => started > 40)
  client.tell('pause')
  await expect.poll(() => client.lines.at(-1)?.held, soon).toBe(0)
})

test('a kind that does not exist is refused', async () => {
  const { code, stderr } = await runClient('request-storm', ['--to', '127.0.0.1:1', '--kinds', 'x'])
  expect(stderr).toMatch(/^request-storm: .*"x" is not a kind of conversation; choose from: silence, /)
  expect(code).toBe(2)
})
