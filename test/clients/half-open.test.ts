import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { client } from '../../lab/places.ts'
import native from '../../lab/runners/native.ts'
import type { Child, Room } from '../../lab/stage/room.ts'
import { parseProcNetTcp, type SocketRow } from '../../lab/windows/proc-net-tcp.ts'
import { needs } from '../needs.ts'
import { runClient, startClient } from './program.ts'
import { soon } from './soon.ts'
import { tcpServer } from './tls-servers.ts'

interface Line {
  started: number
  opened: number
  held: number
  left: number
  errors: Record<string, number>
}

const HOLD = 30
/** The server's ends of connections that come from the client's sources, as the kernel has them. */
const ends = (text: string, port: number) =>
  parseProcNetTcp(text).filter(({ local, peer }) => local.endsWith(`:${port}`) && peer.startsWith('127.1.'))
const here = (port: number) => ends(readFileSync('/proc/net/tcp', 'utf8'), port)
const countOf = (rows: readonly SocketRow[], state: string) => rows.filter((row) => row.state === state).length

test.each([
  ['established', 'ESTAB', 'established'],
  ['fin-wait-2', 'FIN-WAIT-2', 'fin-wait-2'],
  ['time-wait', 'TIME-WAIT', 'time-wait'],
])('leaves the server’s ends %s, as many as it says', async (state, inKernel, inSs) => {
  await using server = await tcpServer((socket) => socket.on('data', () => socket.end()))
  await using chaos = startClient<Line>('half-open', [
    ...['--to', server.to, '--rate', '200', '--state', state, '--hold', `${HOLD}`, '--from', '127.1.0.1-127.1.0.9'],
  ])
  await chaos.next(({ started, left }) => started > HOLD && left >= HOLD)
  chaos.tell('pause')
  const printed = async () => {
    const { failed, stdout } = await execa('ss', ['-tnH', 'state', inSs, `sport = :${server.port}`], { reject: false })
    if (failed) expect(process.env.SPINLAB_STRICT).toBeUndefined()
    return failed ? undefined : stdout.split('\n').filter(Boolean).length
  }
  // Connections that were on their way at the pause still arrive: all three counts are taken anew until they agree.
  await expect
    .poll(async () => {
      const left = chaos.lines.at(-1)?.left
      const inTable = countOf(here(server.port), inKernel)
      return left === inTable && left === ((await printed()) ?? left)
    }, soon)
    .toBe(true)
  expect(chaos.lines.at(-1)?.errors).toEqual({})
})

test('opens a burst at each arrival', async () => {
  await using server = await tcpServer((socket) => socket.resume())
  await using chaos = startClient<Line>('half-open', ['--to', server.to, '--rate', '20', '--burst', '8'])
  const { started, opened } = await chaos.next((line) => line.started > 3)
  expect(opened).toBe(8 * started)
})

test('says which states there are', async () => {
  expect(await runClient('half-open', ['--to', '127.0.0.1:1', '--state', 'closed'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('choose from: established, fin-wait-2, time-wait, vanished'),
  })
})

async function output(child: Child): Promise<string> {
  const lines: string[] = []
  for await (const line of child.lines) lines.push(line)
  return lines.join('\n')
}

const tables = (room: Room) => output(room.run(['cat', '/proc/net/tcp']))
const half = (...flags: string[]) => [process.execPath, client('half-open'), '--to', '127.0.0.1:8443', ...flags]
const spec = { fault: 'half-open-flood', listen: '127.0.0.1:8443', set: {} }

test('peers vanish: the server keeps what nobody holds any more', async (context) => {
  await needs(context, 'namespaces', 'drop-rules')
  await using stage = await native.open()
  await using _target = await stage.start({ ...spec, variant: 'dead-peers' })
  await using chaos = stage.clients.run(half('--rate', '100', '--state', 'vanished'))
  for await (const line of chaos.lines) if ((JSON.parse(line) as Line).left > 20) break
  chaos.tell('pause')
  await expect
    .poll(async () => {
      const text = await tables(stage.tracer)
      const own = parseProcNetTcp(text).filter(({ local }) => local.startsWith('127.1.'))
      return countOf(ends(text, 8443), 'ESTAB') > 20 && own.length === 0
    }, soon)
    .toBe(true)
})

test('outside of the lab nobody vanishes: the client ends and says why', async (context) => {
  await needs(context, 'namespaces')
  await using server = await tcpServer((socket) => socket.resume())
  await using chaos = startClient<Line>('half-open', ['--to', server.to, '--state', 'vanished'])
  expect(await chaos.ended).toBe(1)
  expect(chaos.complaint()).toMatch(/machine's own network namespace|is up/)
})

test('the timer of a connection in SYN-RECV is what ss -o prints', async (context) => {
  await needs(context, 'namespaces')
  await using stage = await native.open()
  await using _target = await stage.start({ ...spec, variant: 'syn-recv' })
  await using chaos = stage.clients.run(half('--rate', '50', '--hold', '10'))
  const waiting = async () => ends(await tables(stage.tracer), 8443).filter(({ state }) => state === 'SYN-RECV')
  await expect.poll(async () => (await waiting()).length, soon).toBe(10)
  chaos.tell('pause')
  // A timer may run out between two looks: both are taken anew until they agree.
  await expect
    .poll(async () => {
      const printed = await output(stage.tracer.run(['ss', '-tnoH', 'state', 'syn-recv']))
      const rows = await waiting()
      expect(rows.every(({ timer }) => timer?.name === 'on' && timer.expires <= 2 ** (timer.retransmits ?? 0))).toBe(
        true,
      )
      if (!printed) return process.env.SPINLAB_STRICT === undefined
      const timers = [...printed.matchAll(/(\S+)\s+timer:\(on,[^,]*,(\d+)\)/g)].map(([, peer, n]) => `${peer} ${n}`)
      return isDeepStrictEqual(timers.sort(), rows.map(({ peer, timer }) => `${peer} ${timer?.retransmits}`).sort())
    }, soon)
    .toBe(true)
})
