import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { dockerCompose, isOld } from './engine.ts'

const PROJECT = ['--project-name', 'spinlab-test-by-hand']
/** As compose/offline-images prints them, where it was needed. */
const SETTINGS = process.env.SPINLAB_OWN_ENGINE
  ? { BIN: 'prebuilt', NODE_IMAGE: 'spinlab/offline-node:latest', TRACER_IMAGE: 'spinlab/offline-tracer:latest' }
  : {}
const files = ['compose.yaml', ...(isOld ? ['compose.engine-20.yaml'] : [])]

const compose = (...argv: string[]) =>
  dockerCompose(files, [...PROJECT, '--progress', 'plain', ...argv], { SPINLAB_TAG: 'test-by-hand', ...SETTINGS })

afterAll(() => compose('down', '--volumes', '--rmi', 'all'))

/** Waits for a line of a service's log. */
async function says(service: string, pattern: RegExp): Promise<string> {
  for (;;) {
    const line = (await compose('logs', '--no-log-prefix', service)).said.split('\n').find((one) => pattern.test(one))
    if (line) return line
    await delay(200)
  }
}

test('without the lab the target serves, the clients attack, and the tracer prints windows', async () => {
  const { code, said } = await compose('up', '--build', '--detach', '--wait')
  expect(code, said).toBe(0)
  expect(JSON.parse(await says('clients', /"reconnects":/)).failed).toBe(0)
  await says('clients', /"byKind":/)
  const window = JSON.parse(await says('tracer', /"recvfrom\+MSG_PEEK","calls":[1-9]\d\d/))
  expect(window).toMatchObject({ collector: 'probe', lost: 0 })
})
