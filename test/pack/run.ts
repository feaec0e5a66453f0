/** Packs the tool, installs it in an empty project as a user would, and uses it there: `node test/pack/run.ts`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { repository } from '../../lab/places.ts'
import { pathWithout } from '../path-without.ts'

const project = await mkdtemp(join(tmpdir(), 'spinlab-pack-'))
const here = { cwd: project, reject: false, stdin: 'ignore', env: { NO_COLOR: '1' } } as const
const bin = (name: string) => join(project, 'node_modules/.bin', name)
const SPINNING = "process.stdout.write('on'); const again = () => setImmediate(again); again()"

const USE = `
import { spinlab } from 'spinlab'
const { verdict, class: spin } = await spinlab.diagnose(Number(process.argv[2]))
await using server = await spinlab.serve([process.execPath, '-e', "require('node:http').createServer((_, r) => r.end()).listen(0)"])
console.log(verdict, spin, server.listeners.length)`

// Brief: a witness that disagrees on a busy machine is not what is asked here.
const RUN = `
import { spinlab } from 'spinlab'
const { outcome, reasons, reproduce } = await spinlab.run('tls-storm', { fix: ['consume'], brief: true })
console.log(outcome, reproduce, ...reasons)`

const TYPES = `
import { type Diagnosis, type GuardResult, spinlab } from 'spinlab'
import 'spinlab/vitest'
import { expect } from 'vitest'
export const diagnosis: Diagnosis = await spinlab.diagnose(1, { seconds: 1 })
export const guarded: GuardResult = await spinlab.guard('./server', { chaos: ['jitter'] })
export const outcome: 'pass' | 'fail' | 'inconclusive' = (await spinlab.run('tls-storm')).outcome
await expect(1).toStayHealthy({ for: '2s' })
await expect(1).not.toSpin('unconsumed-readiness')
// @ts-expect-error there is no such class
await expect(1).toSpin('nonsense')`

const MATCHERS = `
import 'spinlab/vitest'
import { expect, test } from 'vitest'
test('spins', () => expect(Number(process.env.SPINNING)).toSpin('empty-wakeups'), 20_000)
test('stays healthy', () => expect(Number(process.env.SPINNING)).toStayHealthy({ for: '1s' }), 20_000)`

/** What must hold in the project: a name, and what is wrong with it, if anything. */
const checks: [name: string, check: () => Promise<string | undefined>][] = [
  [
    'npx spinlab list',
    async () => expectOf(await execa('npx', ['--no-install', 'spinlab', 'list', '--json'], here), 0, /"tls-storm"/),
  ],
  [
    'spinlab diagnose',
    async () => expectOf(await execa(bin('spinlab'), ['diagnose', spinning], here), 1, /^spin: empty-wakeups/),
  ],
  [
    'the library',
    async () => {
      await writeFile(join(project, 'use.mjs'), USE)
      return expectOf(await execa(bin('node'), ['use.mjs', spinning], here), 0, /^spin empty-wakeups 1$/)
    },
  ],
  [
    'its types',
    async () => {
      await writeFile(join(project, 'types.ts'), TYPES)
      const flags = [
        '--noEmit',
        '--strict',
        '--module',
        'nodenext',
        '--target',
        'esnext',
        '--types',
        'node',
        'types.ts',
      ]
      return expectOf(await execa(bin('tsc'), flags, here), 0, /^$/)
    },
  ],
  [
    'the matchers',
    async () => {
      await writeFile(join(project, 'spin.test.mjs'), MATCHERS)
      const run = await execa(bin('node'), [bin('vitest'), 'run'], {
        ...here,
        all: true,
        env: { ...here.env, SPINNING: spinning },
      })
      return expectOf(
        { ...run, stdout: run.all ?? '' },
        1,
        /expected process \d+ to stay healthy for 1s\s+spin: empty-wakeups[\s\S]*evidence[\s\S]*1 failed \| 1 passed/,
      )
    },
  ],
  [
    'spinlab guard',
    async () => {
      await writeFile(
        join(project, 'server.mjs'),
        "import { createServer } from 'node:http'\ncreateServer((_, r) => r.end()).listen(0)\n",
      )
      const run = await execa(
        bin('spinlab'),
        ['guard', '-q', '--chaos', 'jitter', '--', bin('node'), 'server.mjs'],
        here,
      )
      return expectOf(run, 0, /again +npx spinlab guard --chaos jitter/)
    },
  ],
  [
    'without Go, experiments are not supported',
    async () => {
      await using path = await pathWithout('go')
      const run = await execa(bin('spinlab'), ['repro', 'tls-storm'], {
        ...here,
        env: { ...here.env, PATH: path.folder },
      })
      return run.stdout
        ? `it prints ${run.stdout}`
        : expectOf({ ...run, stdout: run.stderr }, 4, /^spinlab: experiments need Go, [^\n]*$/)
    },
  ],
  [
    'an experiment, whose target it builds',
    async () => {
      await writeFile(join(project, 'run.mjs'), RUN)
      return expectOf(await execa(bin('node'), ['run.mjs'], here), 0, /^pass npx spinlab repro tls-storm /)
    },
  ],
]

function expectOf(run: { exitCode?: number | undefined; stdout: string; stderr?: string }, code: number, says: RegExp) {
  if (run.exitCode === code && says.test(run.stdout)) return undefined
  return `exit code ${run.exitCode}, not ${code}, or not ${says}: ${run.stdout.slice(-2000)}\n${run.stderr ?? ''}`
}

let spinning = ''
let passed = 0
const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, '-e', SPINNING], {
  stdio: ['ignore', 'pipe', 'ignore'],
})
try {
  await once(child.stdout, 'data')
  spinning = `${child.pid}`
  const packed = await execa('npm', ['pack', '--json', '--pack-destination', project], {
    cwd: repository,
    stdin: 'ignore',
  })
  const tarball = /spinlab-[\d.]+\.tgz/.exec(packed.stdout)?.[0] ?? ''
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'user', type: 'module', private: true }))
  // Of the versions that the repository locks, so that nothing new is asked for.
  const tools = ['vitest', 'typescript', '@types/node'].map(async (name) => `${name}@${await versionOf(name)}`)
  await execa('npm', ['install', '--no-audit', '--no-fund', join(project, tarball), ...(await Promise.all(tools))], {
    cwd: project,
    stdin: 'ignore',
  })
  for (const [name, check] of checks) {
    const wrong = await check()
    if (wrong === undefined) passed++
    process.stdout.write(`${wrong === undefined ? 'ok ' : 'BAD'} ${name}${wrong === undefined ? '' : `: ${wrong}`}\n`)
  }
} finally {
  child.kill('SIGKILL')
  await rm(project, { recursive: true, force: true })
}
process.stdout.write(`${passed} passed, ${checks.length - passed} failed\n`)
process.exitCode = passed === checks.length ? 0 : 1

async function versionOf(name: string): Promise<string> {
  const { default: manifest } = await import(join(repository, 'node_modules', name, 'package.json'), {
    with: { type: 'json' },
  })
  return manifest.version
}
