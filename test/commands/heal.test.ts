import { execa } from 'execa'
import { beforeEach, expect, test } from 'vitest'
import { planHand } from '../../lab/healing/lay-hand.ts'
import { repository } from '../../lab/places.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'
import { answers, LANGUAGES, SickServer } from '../healing/sick-server.ts'
import { needs } from '../needs.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

const [go] = LANGUAGES
beforeEach((context) => needs(context, 'bpf'))

test('a plan says what it would do, costs nothing and does nothing', async () => {
  await using server = await SickServer.start(go)
  const fd = await server.descriptorOf(await server.halfClose())
  const args = ['heal', `${server.pid}`, '--fix', 'close-fd', '--fd', `${fd}`]
  const { stdout, exitCode } = await spinlab(...args)
  expect(stdout).toMatch(/^plan {2}sick \(pid \d+\): close-fd\n/)
  for (const row of [
    'does    lets one thread',
    'cost    holds one thread',
    'before  fd',
    'undo    none',
    'do it   bin/spinlab',
  ])
    expect(stdout).toContain(`\n  ${row}`)
  expect(exitCode).toBe(0)
  expect(JSON.parse((await spinlab(...args, '--json')).stdout)).toMatchObject({ done: false, after: null, undo: null })
  expect(await server.spins()).toBe(true)
})

test('with --yes it heals, looks, and prints the command that takes it back', async () => {
  await using server = await SickServer.start(go)
  const fd = await server.descriptorOf(await server.halfClose())
  const { stdout, exitCode } = await spinlab(
    'heal',
    `${server.pid}`,
    '--fix',
    'epoll-del',
    '--fd',
    `${fd}`,
    '--yes',
    '--json',
  )
  const healing = JSON.parse(stdout)
  expect(healing).toMatchObject({ fix: 'epoll-del', done: true, stoppedMs: 0, command: null })
  expect(healing.before).toMatchObject({
    verdict: 'spin',
    class: 'unconsumed-readiness',
    descriptor: { fd, state: 'CLOSE-WAIT' },
  })
  expect(healing.after).toMatchObject({ verdict: 'healthy', class: null })
  expect(exitCode).toBe(0)
  await answers(await server.connect())
  // As a shell would run it.
  await execa('sh', ['-c', healing.undo], { cwd: repository, stdin: 'ignore' })
  await server.becomes(true)
})

test('a spin that goes on is said, with exit code 1', async () => {
  await using server = await SickServer.start(go)
  await server.halfClose()
  const one = await server.descriptorOf(await server.halfClose())
  const { stdout, exitCode } = await spinlab('heal', `${server.pid}`, '--fix', 'shutdown-fd', '--fd', `${one}`, '--yes')
  expect(stdout).toMatch(/^done, and it spins on {2}sick/)
  expect(exitCode).toBe(1)
})

test('what cannot be done is said in a line, before anything is done', async () => {
  await using server = await SickServer.start(go)
  const fd = await server.descriptorOf(await server.halfClose())
  const plan = await planHand(thisMachine, server.pid, { fix: 'epoll-del', fd })
  const epfd = `${plan.before.descriptor?.sets?.[0]?.epfd}`
  const heal = (...args: string[]) => spinlab('heal', `${server.pid}`, ...args, '--yes')
  for (const [args, line] of [
    [['--fix', 'close-fd', '--fd', '999'], /^spinlab: descriptor 999 is not open in process/],
    [['--fix', 'shutdown-fd', '--fd', epfd], /^spinlab: descriptor \d+ is no socket/],
    [
      ['--fix', 'epoll-del', '--fd', '0'],
      /^spinlab: descriptor 0 of process \d+ is in none of its epoll sets, which are \[\d+\]/,
    ],
    [
      ['--fix', 'close-fd', '--fd', `${fd}`, '--inode', '1'],
      /^spinlab: descriptor \d+ of process \d+ is another by now/,
    ],
    [
      ['--fix', 'raise-nofile', '--nofile', '99999999999'],
      /^spinlab: .* 99999999999 descriptors is above the hard limit of \d+/,
    ],
  ] as const) {
    const { exitCode, stdout, stderr } = await heal(...args)
    expect(stderr).toMatch(line)
    expect(stderr.split('\n')).toHaveLength(1)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  }
  if (process.getuid?.() === 0) {
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--bounding-set', '-all']
    const args = [...nobody.slice(1), SPINLAB, 'heal', `${server.pid}`, '--fix', 'close-fd', '--fd', `${fd}`, '--yes']
    const { exitCode, stderr } = await execa(nobody[0] ?? '', args, { reject: false, stdin: 'ignore' })
    expect(stderr).toMatch(/^spinlab: process \d+: not permitted/)
    expect(exitCode).toBe(4)
  }
  expect(await server.spins()).toBe(true)
})

test('a process that is gone is no data', async () => {
  const server = await SickServer.start(go)
  await server[Symbol.asyncDispose]()
  const { exitCode, stderr } = await spinlab('heal', `${server.pid}`, '--fix', 'raise-nofile', '--yes')
  expect(stderr).toBe(`spinlab: process ${server.pid} is gone, or never was`)
  expect(exitCode).toBe(3)
})
