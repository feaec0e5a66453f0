import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { repository } from '../../lab/places.ts'
import { needs } from '../needs.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

/** A folder that goes with the test. */
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'spinlab-test-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}
const SHORT = ['repro', 'tls-storm', '--fix', 'consume']

/** Processes that see another network than this one does: those of sandboxes. */
function sandboxed(): string[] {
  const own = readlinkSync('/proc/self/ns/net')
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readlinkSync(`/proc/${pid}/ns/net`) !== own &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sandbox-init')
      )
    } catch {
      return false
    }
  })
}

/** Starts a run and waits until it says that this phase has ended. */
async function startedUpTo(phase: string, outDir: string) {
  const before = sandboxed()
  const lab = execa(SPINLAB, [...SHORT, '--json', '--out-dir', outDir], { reject: false, stdin: 'ignore' })
  let said = ''
  lab.stderr.on('data', (text) => {
    said += text
  })
  while (!said.includes(phase)) await delay(20)
  return { lab, own: () => sandboxed().filter((pid) => !before.includes(pid)) }
}

test('a run passes, prints one JSON object, and can be judged again from its folder', async () => {
  const outDir = folder()
  const junit = join(outDir, 'report.xml')
  const { stdout, exitCode } = await spinlab(...SHORT, '--json', '--junit', junit, '--out-dir', outDir)
  const result = JSON.parse(stdout)
  expect(result.reasons).toEqual([])
  expect(result).toMatchObject({
    scenario: 'tls-storm',
    variant: 'reactor',
    seed: 1,
    outcome: 'pass',
    runner: 'native',
  })
  expect(exitCode).toBe(0)
  expect(
    result.controls.map(({ variant, outcome }: { variant: string; outcome: string }) => `${variant} ${outcome}`),
  ).toEqual(['netpoller pass', 'netpoller-leak pass', 'reactor+consume pass'])
  expect(readdirSync(result.run)).toEqual(
    expect.arrayContaining(['manifest.json', 'windows.jsonl', 'facts.jsonl', 'result.json']),
  )
  expect(readFileSync(junit, 'utf8')).toContain('name="fixed consume"')

  const again = await spinlab('analyze', join(outDir, 'tls-storm', 'latest'), '--json')
  const judged = JSON.parse(again.stdout)
  for (const part of ['outcome', 'phases', 'controls', 'witnesses', 'overhead'])
    expect(judged[part]).toEqual(result[part])
  expect(again.exitCode).toBe(0)
})

test('Ctrl-C stops in order: the report is marked interrupted, the exit code is 130, nothing is left', async () => {
  const { lab, own } = await startedUpTo('baseline', folder())
  expect(own().length).toBeGreaterThan(0)
  lab.kill('SIGINT')
  const { stdout, exitCode } = await lab
  const result = JSON.parse(stdout)
  expect(result).toMatchObject({ interrupted: true, outcome: 'inconclusive' })
  expect(JSON.parse(readFileSync(join(result.run, 'result.json'), 'utf8')).interrupted).toBe(true)
  expect(exitCode).toBe(130)
  expect(own()).toEqual([])
})

test('a second Ctrl-C ends at once', async () => {
  const { lab, own } = await startedUpTo('baseline', folder())
  lab.kill('SIGINT')
  lab.kill('SIGINT')
  await lab
  while (own().length) await delay(20)
})

test.each(['baseline', 'fault', 'fixed consume'])('kill -9 after %s leaves nothing', async (phase) => {
  const { lab, own } = await startedUpTo(phase, folder())
  expect(own().length).toBeGreaterThan(0)
  lab.kill('SIGKILL')
  await lab
  while (own().length) await delay(20)
})

test('a folder that cannot be written ends the run before it begins', async () => {
  const { exitCode, stderr, stdout } = await spinlab(...SHORT, '--out-dir', '/proc/nowhere')
  expect(stderr).toMatch(/cannot write the run folder \/proc\/nowhere\/.*; choose another with --out-dir/)
  expect(stdout).toBe('')
  expect(exitCode).toBe(5)
})

test('a disk that fills up makes the run inconclusive', async ({ skip }) => {
  skip(process.getuid?.() !== 0, 'only root can mount a small disk')
  const outDir = folder()
  const script = `mount -t tmpfs -o size=64k tmpfs ${outDir} && exec ${SPINLAB} ${SHORT.join(' ')} --json --out-dir ${outDir}`
  const { stdout, exitCode } = await execa('unshare', ['--mount', 'sh', '-c', script], {
    reject: false,
    stdin: 'ignore',
  })
  const result = JSON.parse(stdout)
  expect(result.outcome).toBe('inconclusive')
  expect(result.reasons.join()).toMatch(/cannot write the run folder .*no space left/)
  expect(exitCode).toBe(3)
})

test('an ordinary user gets a verdict from the observers that work for them', async (context) => {
  // With /proc alone there is no verdict, and the run is inconclusive.
  await needs(context, 'strace')
  context.skip(process.getuid?.() !== 0, 'only root can become an ordinary user here')
  const outDir = folder()
  await execa('chown', ['65534', outDir])
  const { stdout, stderr } = await execa(
    'setpriv',
    ['--reuid', '65534', '--regid', '65534', '--clear-groups', SPINLAB, ...SHORT, '--json', '--out-dir', outDir],
    { reject: false, stdin: 'ignore', cwd: repository, env: { HOME: '/' } },
  )
  expect(stderr).toMatch(/spinlab: probe: /)
  const result = JSON.parse(stdout)
  expect(result.collectors.missing.map(({ name }: { name: string }) => name)).toContain('probe')
  expect(result.reasons).toEqual([])
  expect(result.outcome).toBe('pass')
})
