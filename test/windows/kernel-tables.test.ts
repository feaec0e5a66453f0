import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { binary } from '../../lab/places.ts'
import { startChild } from '../../lab/stage/child.ts'
import { parseKernelTables } from '../../lab/windows/kernel-tables.ts'

test("the probe prints this process's own limit, descriptors and sockets, as often as it is asked", async () => {
  await using reader = startChild([binary('probe'), 'tables'])
  const lines = reader.lines[Symbol.asyncIterator]()
  const read = async (pid: number) => {
    reader.tell(`${pid}`)
    const printed: string[] = []
    for (let line = await lines.next(); line.value !== '.'; line = await lines.next())
      printed.push(line.value as string)
    return parseKernelTables(printed)
  }
  const before = await read(process.pid)
  expect(before.files.limit).toBeGreaterThan(0)
  expect(before.files.open).toBeGreaterThan(2)
  expect(before.network.ListenOverflows).toBeGreaterThanOrEqual(0)

  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const { port } = server.address() as { port: number }
  const after = await read(process.pid)
  const listening = after.sockets.find(({ local }) => local === `127.0.0.1:${port}`)
  expect(listening).toMatchObject({ state: 'LISTEN' })
  expect(after.files.sockets.map(({ inode }) => inode)).toContain(listening?.inode)
  expect(after.files.open).toBe(before.files.open + 1)
  server.close()
  // Standard output of the probe, and its other end here, are of the Unix family.
  const streams = (await read(reader.pid)).files
  expect(streams.open).toBeGreaterThanOrEqual(3)
  expect(streams.sockets).toEqual([])

  expect((await read(4_194_303)).files).toEqual({ open: 0, limit: 0, sockets: [] })
})

test('no limit is null, not a number', () => {
  const lines = ['# limits', 'Max open files            unlimited            unlimited            files']
  expect(parseKernelTables(lines).files.limit).toBeNull()
})

test('sockets have their descriptors; those of the Unix family are left out', () => {
  const lines = [
    '# fd',
    '0 -> /dev/null',
    '3 -> anon_inode:[eventpoll]',
    '4 -> socket:[71]',
    '5 -> socket:[72]',
    '16 -> socket:[73]',
    '# unix',
    '4',
    '5',
  ]
  expect(parseKernelTables(lines).files).toMatchObject({ open: 5, sockets: [{ fd: 16, inode: 73 }] })
})

test('with an address, only the sockets that have it at their own end are printed', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await using client = connect(port, '127.0.0.1')
  await Promise.all([once(client, 'connect'), once(server, 'connection')])
  const rows = async (...flags: string[]) => {
    await using reader = startChild([binary('probe'), 'tables', ...flags])
    reader.tell(`${process.pid}`)
    const printed: string[] = []
    for await (const line of reader.lines) {
      if (line === '.') break
      printed.push(line)
    }
    return parseKernelTables(printed)
  }
  const own = await rows('--local', `127.0.0.1:${port}`)
  expect(own.sockets.map(({ local }) => local)).toEqual(own.sockets.map(() => `127.0.0.1:${port}`))
  expect(own.sockets.map(({ state }) => state)).toContain('LISTEN')
  const all = await rows()
  expect(all.sockets.map(({ local }) => local)).toContain(`127.0.0.1:${client.localPort}`)
  // What is not printed is still known not to be of the Unix family.
  expect(own.files.sockets).toEqual(all.files.sockets)
  server.close()
})
