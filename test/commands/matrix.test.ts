import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { folderWith } from '../folder.ts'
import { markedProcesses } from '../marked-processes.ts'
import { needs } from '../needs.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

const PROGRAM = {
  'go.mod': 'module m\n\ngo 1.19\n',
  'main.go': 'package main\n\nimport "time"\n\nfunc main() {\n\tprintln("")\n\ttime.Sleep(time.Hour)\n}\n',
  'stale.diff': '--- a/src/container/list/list.go\n+++ b/src/container/list/list.go\n@@ -1 +1 @@\n-nothing\n+like it\n',
}

test.each([
  [['tls-storm', '--go', 'nonsense'], /^spinlab: "nonsense" is not a Go; take local, a release such as go1\.27\.3, /],
  [['nonsense'], /^spinlab: "nonsense" is not a scenario; choose one of: /],
  [['./nowhere'], /^spinlab: there is no Go program \.\/nowhere; /],
  [['/'], /^spinlab: \/ is in no Go module: /],
  [['tls-storm', '--variant', 'x'], /^spinlab: "x" is not a variant of tls-storm; /],
  [
    ['./test/patches/accept-without-backoff', '--variant', 'x'],
    /^spinlab: \.\/test\/patches\/accept-without-backoff is a Go program: it has no variants/,
  ],
  [['tls-storm', '--patch', '/nowhere.diff'], /^spinlab: cannot read the patch \/nowhere\.diff: /],
  [['tls-storm', '--patch', 'README.md'], /^spinlab: README\.md holds no unified diff/],
  [['tls-storm', '--go', ','], /^spinlab: --go names no toolchain; /],
])('spinlab matrix %j is a usage error', async (args, line) => {
  const { exitCode, stdout, stderr } = await spinlab('matrix', ...args, '-q')
  expect(stderr).toMatch(line)
  expect(stderr.split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(exitCode).toBe(2)
})

test('a Go that is not to be had, and a patch that does not apply, are unsupported: exit 4, and no pass in JUnit', async (context) => {
  await needs(context, 'go')
  const folder = await folderWith(PROGRAM)
  const junit = join(folder, 'report.xml')
  const { stdout, exitCode } = await spinlab(
    'matrix',
    folder,
    '--go',
    '/nowhere',
    '--patch',
    join(folder, 'stale.diff'),
    '--json',
    '--junit',
    junit,
    '-q',
  )
  const { cells } = JSON.parse(stdout)
  expect(cells).toHaveLength(2)
  for (const cell of cells)
    expect(cell).toMatchObject({ scenario: folder, toolchain: '/nowhere', outcome: 'unsupported', verdict: null })
  expect(readFileSync(junit, 'utf8').match(/<error/g)).toHaveLength(2)
  expect(exitCode).toBe(4)
})

test('a program that ends before it is ready is an error of its cell, with its last words', async (context) => {
  await needs(context, 'go', 'namespaces')
  const folder = await folderWith({ ...PROGRAM, 'main.go': 'package main\n\nfunc main() { panic("no way") }\n' })
  const { stdout, exitCode } = await spinlab('matrix', folder, '--json', '-q')
  expect(JSON.parse(stdout).cells[0]).toMatchObject({
    outcome: 'error',
    reasons: [expect.stringMatching(/^the program ended \(exit 2\) before it was ready: panic: no way/)],
  })
  expect(exitCode).toBe(5)
})

test.each(['SIGINT', 'SIGKILL'] as const)('%s while a program is awaited leaves nothing', async (signal) => {
  const folder = await folderWith(PROGRAM)
  const mark = `SPINLAB_TEST=${folder}`
  const lab = execa(SPINLAB, ['matrix', folder, '-q'], {
    reject: false,
    stdin: 'ignore',
    env: { SPINLAB_TEST: folder },
  })
  const programs = async () => {
    const pids = await markedProcesses(mark)
    return pids.filter((pid) => existsSync(`/proc/${pid}/exe`) && readlinkSync(`/proc/${pid}/exe`).endsWith('/program'))
  }
  while (!(await programs().catch(() => [])).length) await delay(20)
  lab.kill(signal)
  const { exitCode } = await lab
  if (signal === 'SIGINT') expect(exitCode).toBe(130)
  while ((await markedProcesses(mark)).length) await delay(20)
})
