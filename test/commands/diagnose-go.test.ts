import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLIMBING } from '../../lab/go-runtime/illusion.ts'
import { needs, needsTools } from '../needs.ts'
import { endWithTest } from '../node-program.ts'
import { pathWithout } from '../path-without.ts'
import { SPINLAB } from '../spinlab.ts'

const folder = mkdtempSync(join(tmpdir(), 'spinlab-test-'))
const binary = join(folder, 'program')
beforeAll(() => execa('go', ['build', '-o', binary, `${import.meta.dirname}/../go-runtime/program/main.go`]))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program of test/go-runtime; it ends with the test. */
async function start(kind: string) {
  const child = endWithTest(spawn(binary, [kind, '20ms'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  const { value: pprof } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  return { pid: `${child.pid}`, pprof: String(pprof) }
}

async function diagnose(pid: string, ...more: string[]) {
  const { stdout, exitCode } = await execa(SPINLAB, ['diagnose', pid, '--json', ...more], {
    reject: false,
    stdin: 'ignore',
  })
  return { ...JSON.parse(stdout), exitCode }
}

test('goroutines that climb at rest are an illusion, and which one is said; a loop is a spin', async (context) => {
  await needs(context, 'bpf')
  const [parked, blocked, loop] = await Promise.all([start('parked'), start('blocked'), start('deadlines-past')])
  // Who has just begun to climb has not yet what would be many.
  const threads = async () =>
    Number(/^Threads:\t(\d+)/m.exec(await readFile(`/proc/${blocked.pid}/status`, 'utf8'))?.[1])
  await expect.poll(threads, { timeout: 10_000, interval: 20 }).toBeGreaterThan(3 * CLIMBING)
  const [ofParked, ofBlocked, ofLoop] = await Promise.all([
    diagnose(parked.pid, '--pprof', parked.pprof),
    // From /proc alone.
    diagnose(blocked.pid),
    diagnose(loop.pid, '--pprof', loop.pprof),
  ])
  expect(ofParked).toMatchObject({ verdict: 'healthy', illusion: { is: 'parked-goroutines' }, exitCode: 0 })
  expect(ofParked.illusion.path.join('\n')).toMatch(/\d+ goroutines more\n.*goroutines more in state chan receive/s)
  expect(ofBlocked).toMatchObject({ verdict: 'healthy', illusion: { is: 'blocked-in-system-calls' }, exitCode: 0 })
  expect(ofLoop).toMatchObject({ verdict: 'spin', class: 'userland-loop', illusion: { is: 'real-spin' }, exitCode: 1 })
})

test('the template: ss, lsof and an execution trace beside /proc; what is not installed is said, with what installs it', async (context) => {
  await needs(context, 'bpf')
  needsTools(context, 'ss', 'lsof')
  const { pid, pprof } = await start('parked')
  const whole = await diagnose(pid, '--pprof', pprof)
  for (const line of [
    /^execution trace of 0\.\d+ s/,
    /^\/proc\/PID\/fd: /,
    /^lsof: \d+ descriptors/,
    /^ss -tinp: \d+ conn/,
  ])
    expect(whole.evidence).toContainEqual(expect.stringMatching(line))
  await using path = await pathWithout('ss', 'lsof')
  const { stdout } = await execa(SPINLAB, ['diagnose', pid, '--pprof', pprof], {
    env: { PATH: path.folder, NO_COLOR: '1' },
    reject: false,
    stdin: 'ignore',
  })
  const unseen = stdout.slice(stdout.indexOf('not seen'))
  expect(unseen).toContain('ss is not installed: apt-get install iproute2')
  expect(unseen).toContain('lsof is not installed: apt-get install lsof')
})
