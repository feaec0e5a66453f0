import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { startChild } from '../../lab/stage/child.ts'
import { PRINT_TABLES, parseKernelTables } from '../../lab/windows/kernel-tables.ts'

test("the shell prints this process's own limit, descriptors and sockets, as often as it is asked", async () => {
  await using shell = startChild(['sh', '-c', PRINT_TABLES])
  const lines = shell.lines[Symbol.asyncIterator]()
  const read = async (pid: number) => {
    shell.tell(`${pid}`)
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
  await new Promise((listening) => server.once('listening', listening))
  const { port } = server.address() as { port: number }
  const after = await read(process.pid)
  expect(after.sockets.find(({ local }) => local === `127.0.0.1:${port}`)).toMatchObject({ state: 'LISTEN' })
  expect(after.files.open).toBe(before.files.open + 1)
  server.close()

  expect((await read(4_194_303)).files).toEqual({ open: 0, limit: 0 })
})

test('no limit is null, not a number', () => {
  const lines = [
    '# limits',
    'Max open files            unlimited            unlimited            files',
    '# fd',
    '0',
    '1',
  ]
  expect(parseKernelTables(lines).files).toEqual({ open: 2, limit: null })
})
