import { mkdir, symlink } from 'node:fs/promises'
import { execa } from 'execa'
import { beforeEach, expect, test } from 'vitest'
import { findCompose } from '../../lab/docker/compose-program.ts'
import { binary } from '../../lab/places.ts'
import { contextFiles } from '../docker-config.ts'
import { folderWith } from '../folder.ts'
import { SPINLAB } from '../spinlab.ts'
import { engineOfVersion } from '../stand-in-engine.ts'
import { host, stacks } from './engine.ts'
import { refusingEngine } from './refusing-engine.ts'

/** Holds an experiment behind a command, which becomes it by exec. */
const repro = async (env: Record<string, string>, behind: readonly string[] = []) => {
  const argv = [...behind, SPINLAB, 'repro', 'tls-storm', '--runner', 'compose', '--quiet', '--fix', 'consume']
  const [file = '', ...args] = [...argv, '--out-dir', await folderWith()]
  return execa(file, args, { env: { DOCKER_HOST: host, ...env }, reject: false, stdin: 'ignore' })
}

/** One line that says which and what to do, exit 4, and nothing left behind. */
async function refused(run: ReturnType<typeof repro>, reason: RegExp) {
  const { exitCode, stdout, stderr } = await run
  expect(stderr).toMatch(reason)
  expect(stderr.split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(exitCode).toBe(4)
  expect(await stacks()).toEqual([])
}

beforeEach(async () => expect(await stacks()).toEqual([]))

test('no engine', () =>
  refused(
    repro({ DOCKER_HOST: 'unix:///nonexistent.sock' }),
    /no Docker engine answers at unix:\/\/\/nonexistent.sock: .*; start/,
  ))

test('an address that is none', () => refused(repro({ DOCKER_HOST: 'nonsense' }), /DOCKER_HOST is "nonsense", takes/))

test('an engine that is too old', async () => {
  await using engine = await engineOfVersion('19.03.15', '1.40')
  await refused(repro({ DOCKER_HOST: engine.host }), /too old: 19.03.15 speaks API 1.40, at least 1.41/)
})

test('no compose plugin', () => {
  const folders = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'].map(
    (one) => `${one}/docker/cli-plugins`,
  )
  // In a mount namespace of its own, so that this machine keeps what it has.
  const hide = `for one in ${folders.join(' ')}; do [ ! -d $one ] || mount -t tmpfs none $one; done
    [ ! -e "$0" ] || mount --bind /dev/null "$0"; exec "$@"`
  const behind = [
    'unshare',
    ...(process.getuid?.() ? ['-r'] : []),
    '--mount',
    'sh',
    '-c',
    hide,
    binary('docker-compose'),
  ]
  return refused(
    repro({ DOCKER_CONFIG: '/nonexistent' }, behind),
    /docker compose is not installed; install .* "make compose"/,
  )
})

const MISSING = { NODE_IMAGE: 'spinlab/no-such-image:1' }
const cannotBeHad = /image \S*spinlab\/no-such-image:1 cannot be had: .*compose\/offline-images/

test('an image that is not there and cannot be had', () => refused(repro(MISSING), cannotBeHad))

test('the engine of docker’s current context, asked by docker compose, too', async () => {
  const folder = await folderWith(contextFiles(host))
  await mkdir(`${folder}/cli-plugins`)
  await symlink(await findCompose(), `${folder}/cli-plugins/docker-compose`)
  await refused(repro({ ...MISSING, DOCKER_HOST: '', DOCKER_CONFIG: folder }), cannotBeHad)
})

test('an engine that refuses the tracer its capabilities', async () => {
  await using engine = await refusingEngine(/SYS_PTRACE/)
  await refused(
    repro({ DOCKER_HOST: engine.host }),
    /refuses the tracer its capabilities: .*CapAdd.*"SYS_PTRACE"; and instead: .*CapAdd/,
  )
})
