import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findEngine } from '../../lab/docker/engine.ts'
import { contextFiles } from '../docker-config.ts'
import { folderWith } from '../folder.ts'
import { engineOfVersion } from '../stand-in-engine.ts'

const configured = async (files: Record<string, string>) => vi.stubEnv('DOCKER_CONFIG', await folderWith(files))

beforeEach(() => {
  for (const name of ['DOCKER_HOST', 'DOCKER_CONTEXT']) vi.stubEnv(name, undefined)
})
afterEach(() => vi.unstubAllEnvs())

test('the engine is that of the current context', async () => {
  await using engine = await engineOfVersion('27.1', '1.46')
  await configured(contextFiles(engine.host))
  expect(await findEngine()).toMatchObject({ host: engine.host, version: '27.1' })
})

test('DOCKER_CONTEXT comes before what was chosen, and DOCKER_HOST before both', async () => {
  await using engine = await engineOfVersion('27.1', '1.46')
  await configured(contextFiles(engine.host, 'default'))
  vi.stubEnv('DOCKER_CONTEXT', 'spinlab-test')
  expect(await findEngine()).toMatchObject({ host: engine.host })
  await using other = await engineOfVersion('28.0', '1.48')
  vi.stubEnv('DOCKER_HOST', other.host)
  expect(await findEngine()).toMatchObject({ host: other.host })
})

test.each([
  ['no choice', {}, /at unix:\/\/\/var\/run\/docker.sock/],
  ['the default', contextFiles('unix:///elsewhere.sock', 'default'), /at unix:\/\/\/var\/run\/docker.sock/],
])('%s is this machine’s own engine', async (_, files, where) => {
  await configured(files)
  const host = await findEngine().then((engine) => `at ${engine.host}`, String)
  expect(host).toMatch(where)
})

test.each([
  [
    'is not there',
    contextFiles('unix:///elsewhere.sock', 'gone'),
    /^the Docker context "gone" is not in .*; choose another/,
  ],
  [
    'leads elsewhere',
    contextFiles('ssh://host'),
    /^the Docker context "spinlab-test" is "ssh:\/\/host", takes an address like unix:/,
  ],
  ['cannot be read', { 'config.json': '{' }, /config.json is not what docker writes; mend it, or set DOCKER_HOST$/],
])('a context that %s is said in one line', async (_, files, reason) => {
  await configured(files)
  await expect(findEngine()).rejects.toMatchObject({ exitCode: 4, message: expect.stringMatching(reason) })
})
