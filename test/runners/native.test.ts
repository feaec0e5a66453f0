import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { repository } from '../../lab/places.ts'
import native from '../../lab/runners/native.ts'
import { childrenOf } from '../../lab/stage/process-tree.ts'
import type { Child } from '../../lab/stage/room.ts'

async function output(child: Child): Promise<string> {
  const lines: string[] = []
  for await (const line of child.lines) lines.push(line)
  return lines.join('\n')
}

/** Processes whose network namespace is this one. */
const inNamespace = (namespace: string) =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/net`) === namespace
    } catch {
      return false
    }
  })

async function until(holds: () => boolean) {
  while (!holds()) await delay(20)
}

test('a room has loopback alone, its own pids, and the scratch files that were put there', async () => {
  await using stage = await native.open()
  await stage.put('certificates/ca.pem', 'hello')
  const links = await output(stage.tracer.run(['cat', '/proc/net/dev', `${stage.scratch}/certificates/ca.pem`]))
  expect(links.match(/^ *(\w+):/gm)?.map((name) => name.trim())).toEqual(['lo:'])
  expect(links).toContain('hello')
  expect(await output(stage.tracer.run(['sh', '-c', 'echo $$']))).toMatch(/^\d{1,2}$/)
})

test('what ignores a polite signal is ended all the same', async () => {
  await using stage = await native.open()
  const stubborn = stage.tracer.run(['sh', '-c', 'trap "" TERM INT; echo up; while :; do sleep 1; done'])
  await stubborn.lines[Symbol.asyncIterator]().next()
  await stubborn.stop('SIGTERM', 100)
  expect(await stubborn.ended).toBe(137)
})

test('nothing is left when the stage is closed', async () => {
  let namespace: string
  {
    await using stage = await native.open()
    namespace = await output(stage.tracer.run(['readlink', '/proc/self/ns/net']))
    stage.tracer.run(['setsid', 'sh', '-c', 'trap "" TERM INT HUP; while :; do sleep 1; done'])
    await until(() => inNamespace(namespace).length > 2)
  }
  await until(() => inNamespace(namespace).length === 0)
})

test('nothing is left when the lab is killed with -9', async () => {
  const program = `
    import native from './lab/runners/native.ts'
    const stage = await native.open()
    const child = stage.tracer.run(['setsid', 'sh', '-c', 'trap "" TERM INT HUP; readlink /proc/self/ns/net; while :; do sleep 1; done'])
    for await (const line of child.lines) console.log(line)`
  const lab = execa(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: repository,
    reject: false,
    buffer: false,
  })
  const { value: namespace } = await lab.iterable()[Symbol.asyncIterator]().next()
  expect(inNamespace(namespace).length).toBeGreaterThan(2)
  const started = childrenOf(lab.pid ?? -1)
  expect(started.length).toBeGreaterThan(0)
  lab.kill('SIGKILL')
  await until(() => inNamespace(namespace).length === 0)
})

test('an ordinary user gets the same sandbox', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can become an ordinary user here')
  const program = `
    import native from './lab/runners/native.ts'
    await using stage = await native.open()
    await stage.put('x', 'mine')
    const child = stage.tracer.run(['sh', '-c', 'cat /dev/shm/x; echo; echo $$'])
    for await (const line of child.lines) console.log(line)`
  const { stdout, exitCode, stderr } = await execa(
    'setpriv',
    [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      process.execPath,
      '--input-type=module-typescript',
      '--eval',
      program,
    ],
    { cwd: repository, reject: false, env: { HOME: '/' } },
  )
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^mine\n\d{1,2}$/)
})
