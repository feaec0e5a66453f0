import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, expect, test } from 'vitest'
import { OFFLINE } from '../../lab/runners/compose/stack.ts'
import { folderWith } from '../folder.ts'
import { docker, dockerCompose, isOld } from './engine.ts'

const PROJECT = ['--project-name', 'spinlab-test-by-hand']
/** As compose/offline-images prints them, where it was needed. */
const SETTINGS = process.env.SPINLAB_OWN_ENGINE ? { BIN: 'prebuilt', ...OFFLINE } : {}
const files = ['compose.yaml', ...(isOld ? ['compose.engine-20.yaml'] : [])]

const TAG = 'test-by-hand'
/** Of the test that runs. */
let settings: Record<string, string> = {}
const compose = (...argv: string[]) => {
  const env = { SPINLAB_TAG: TAG, ...SETTINGS, ...settings }
  return dockerCompose(files, [...PROJECT, '--progress', 'plain', ...argv], env)
}

afterEach(() => compose('down', '--volumes'))
afterAll(() => compose('down', '--rmi', 'all'))

/** Waits for a line of a service's log. */
async function says(service: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const line = (await compose('logs', '--no-log-prefix', service)).said.split('\n').find((one) => pattern.test(one))
    if (line) return line
    await delay(200)
  }
}

test('without the lab the target serves, the clients attack, with whichever scenario, and the tracer prints windows', async () => {
  const { code, said } = await compose('up', '--build', '--detach', '--wait')
  expect(code, said).toBe(0)
  expect(JSON.parse(await says('clients', /"reconnects":/)).failed).toBe(0)
  await says('clients', /"byKind":/)
  const window = JSON.parse(await says('tracer', /"recvfrom\+MSG_PEEK","calls":[1-9]\d\d/))
  expect(window).toMatchObject({ collector: 'probe', lost: 0 })
  const loadAll = `const { scenarioNames, loadScenario } = await import('./lab/experiment/load-scenarios.ts')
    for (const name of scenarioNames()) await loadScenario(name)`
  const loaded = await compose('exec', '-T', 'clients', 'node', '--input-type=module', '--eval', loadAll)
  expect(loaded.code, loaded.said).toBe(0)
})

test('an image of yours serves as it is, and of another user the tracer says what it cannot see', async () => {
  const image = 'spinlab-test-server:test'
  const server = `require('http').createServer((question, answer) => answer.end('mine')).listen(8080, '127.0.0.1')`
  // Made of an image that is there.
  const container = await docker.createContainer({ Image: `spinlab/clients:${TAG}`, Cmd: ['true'] })
  await container.commit({ repo: image, changes: ['USER 1000', `CMD ${JSON.stringify(['node', '-e', server])}`] })
  await container.remove()
  settings = { TARGET_IMAGE: image, PORT: '8080', SCENARIO: 'tls-retry' }
  const { code, said } = await compose('up', '--build', '--detach', '--wait')
  expect(code, said).toBe(0)
  await says('tracer', /descriptors of process \d+ are hidden/)
  await says('tracer', /"call":"accept4","calls":[1-9]/)
  await docker.getImage(image).remove()
})

// Docker's default seccomp profile allows more to whoever has SYS_ADMIN, as the tracer on an old engine.
test('the hands take a descriptor out of an epoll set with SYS_PTRACE alone', async () => {
  const tracer = 'services: { tracer: { cap_add: !override [SYS_PTRACE], command: [sleep, infinity] } }'
  const alone = ['--file', join(await folderWith({ 'alone.yaml': tracer }), 'alone.yaml')]
  settings = { SCENARIO: 'half-close' }
  const up = await compose(...alone, 'up', '--build', '--detach', '--wait', 'target')
  expect(up.code, up.said).toBe(0)
  const script = `pid=$(listening --pid 8443) && fd=$(awk '/^tfd:/ { print $2; exit }' /proc/$pid/fdinfo/*) &&
    probe heal --pid $pid --hand "{\\"fix\\": \\"epoll-del\\", \\"fd\\": $fd}"`
  const { code, said } = await compose(...alone, 'exec', '-T', 'tracer', 'sh', '-c', script)
  expect(code, said).toBe(0)
  expect(JSON.parse(said)).toMatchObject({ fix: 'epoll-del', done: true })
})
