import { execa } from 'execa'
import { beforeEach, expect, test } from 'vitest'
import { repository } from '../../lab/places.ts'
import { answers, LANGUAGES, SickServer } from '../healing/sick-server.ts'
import { needs } from '../needs.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

const [go] = LANGUAGES
beforeEach((context) => needs(context, 'bpf', 'hands'))

test('a plan says what it would do, and what cannot be done is said in a line: neither does anything', async () => {
  await using server = await SickServer.start(go)
  const fd = await server.descriptorOf(await server.halfClose())
  const heal = [SPINLAB, 'heal', `${server.pid}`, '--fix', 'close-fd', '--fd']
  const say = async (...argv: string[]) => {
    const [file = '', ...args] = argv
    const { stdout, stderr, exitCode } = await execa(file, args, { reject: false, stdin: 'ignore' })
    return { stdout, stderr, exitCode }
  }
  const plan = await say(...heal, `${fd}`)
  expect(plan).toMatchObject({ stderr: '', exitCode: 0 })
  expect(plan.stdout).toMatch(/^plan {2}sick \(pid \d+\): close-fd\n/)
  for (const row of [
    'does    lets one thread',
    'cost    holds one',
    'before  fd',
    'undo    none',
    'do it   bin/spinlab heal',
  ])
    expect(plan.stdout).toContain(`\n  ${row}`)
  const closed = `spinlab: descriptor 999 is not open in process ${server.pid} (ls -l /proc/${server.pid}/fd lists those that are)`
  expect(await say(...heal, '999', '--yes')).toEqual({ stdout: '', stderr: closed, exitCode: 2 })
  if (process.getuid?.() === 0) {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--bounding-set', '-all']
    expect(await say(...nobody, ...heal, `${fd}`, '--yes')).toEqual({
      stdout: '',
      stderr: expect.stringMatching(/^spinlab: process \d+: not permitted: run as its user or as root .*$/),
      exitCode: 4,
    })
  }
  expect(await server.spins()).toBe(true)
})

test('with --yes it heals, looks, and prints the command that takes it back; a spin that goes on is exit code 1', async () => {
  await using server = await SickServer.start(go)
  const fd = await server.descriptorOf(await server.halfClose())
  const heal = (fix: string, number: number) =>
    spinlab('heal', `${server.pid}`, '--fix', fix, '--fd', `${number}`, '--yes', '--json')
  const { stdout, exitCode } = await heal('epoll-del', fd)
  const healing = JSON.parse(stdout)
  expect(healing).toMatchObject({ fix: 'epoll-del', done: true, stoppedMs: 0, command: null })
  expect(healing.before).toMatchObject({ verdict: 'spin', descriptor: { fd, state: 'CLOSE-WAIT' } })
  expect(healing.after).toMatchObject({ verdict: 'healthy', class: null })
  expect(exitCode).toBe(0)
  await answers(await server.connect())
  // As a shell would run it.
  await execa('sh', ['-c', healing.undo], { cwd: repository, stdin: 'ignore' })
  await server.becomes(true)

  const other = await server.descriptorOf(await server.halfClose())
  const partial = await heal('shutdown-fd', other)
  expect(JSON.parse(partial.stdout)).toMatchObject({ done: true, undo: null, after: { verdict: 'spin' } })
  expect(partial.exitCode).toBe(1)
})

test('several descriptors are healed with one confirmation, and taken back with one command', async () => {
  await using server = await SickServer.start(go)
  const fds: number[] = []
  for (let i = 0; i < 2; i++) fds.push(await server.descriptorOf(await server.halfClose()))
  const numbers = fds.flatMap((fd) => ['--fd', `${fd}`])
  const heal = (...more: string[]) => spinlab('heal', `${server.pid}`, '--fix', 'epoll-del', ...more)
  const plan = JSON.parse((await heal(...numbers, '--json')).stdout)
  expect(plan.command.match(/--fd/g)).toHaveLength(2)
  const { stdout, exitCode } = await heal(...numbers, '--yes', '--json')
  const healing = JSON.parse(stdout)
  expect(exitCode).toBe(0)
  expect(healing).toMatchObject({ done: true, before: { verdict: 'spin' }, after: { verdict: 'healthy' }, failed: [] })
  expect(healing.deeds.map(({ fd }: { fd: number }) => fd)).toEqual(fds)
  await execa('sh', ['-c', healing.undo], { cwd: repository, stdin: 'ignore' })
  await server.becomes(true)
  // Nothing is done to the one that is open.
  const refused = await heal(...numbers, '--fd', '999', '--yes')
  expect(refused).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^spinlab: descriptor 999 is not open/),
  })
  expect(await server.spins()).toBe(true)
  expect((await heal(...numbers, '--inode', '1')).stderr).toMatch(/--inode is given 1 times for 2 descriptors/)
  expect((await heal('--fd', '7', '--fd', '7')).stderr).toMatch(/--fd 7 is given twice/)
})

test('a process that is gone is no data', async () => {
  const server = await SickServer.start(go)
  await server[Symbol.asyncDispose]()
  const { exitCode, stderr } = await spinlab('heal', `${server.pid}`, '--fix', 'raise-nofile', '--yes')
  expect(stderr).toBe(`spinlab: process ${server.pid} is gone, or never was`)
  expect(exitCode).toBe(3)
})
