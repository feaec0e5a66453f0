import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { KeptLine } from '../../lab/stage/kept-line.ts'

const PATIENCE = 300

/** A line to a server that answers each question with its path, or not at all where that is /silence. */
async function line(wrap: (socket: Duplex) => Duplex) {
  const server = createServer((question, answer) => question.url !== '/silence' && answer.end(question.url))
  onTestFinished(() => void server.close())
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  let dialled = 0
  const kept = new KeptLine(() => {
    dialled++
    return wrap(connect((server.address() as AddressInfo).port, '127.0.0.1'))
  })
  onTestFinished(() => kept[Symbol.dispose]())
  const ask = async (path: string, last = false) => {
    const { status, body } = await kept.ask('GET', path, PATIENCE, last)
    return { status, text: `${body}` }
  }
  return { ask, dialled: () => dialled }
}

test.each<[string, (socket: Duplex) => Duplex]>([
  ['a socket', (socket) => socket],
  ['another stream', (socket) => Duplex.from({ readable: socket, writable: socket })],
])('over %s, one connection serves all questions until the last', async (_, wrap) => {
  const { ask, dialled } = await line(wrap)
  expect(await Promise.all(['/a', '/b'].map((path) => ask(path)))).toEqual([
    { status: 200, text: '/a' },
    { status: 200, text: '/b' },
  ])
  // The time for an answer is over: that is of no more account.
  await delay(2 * PATIENCE)
  expect(await ask('/c', true)).toEqual({ status: 200, text: '/c' })
  expect(dialled()).toBe(1)
  expect(await ask('/d')).toEqual({ status: 200, text: '/d' })
  expect(dialled()).toBe(2)
})

test('no answer in time is an error, and the next question dials again', async () => {
  const { ask, dialled } = await line((socket) => socket)
  await expect(ask('/silence')).rejects.toThrow('no answer to GET /silence in 300 ms')
  expect(await ask('/a')).toEqual({ status: 200, text: '/a' })
  expect(dialled()).toBe(2)
})
