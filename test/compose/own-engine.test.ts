import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { repository } from '../../lab/places.ts'
import { folderWith } from '../folder.ts'
import { endWithTest } from '../node-program.ts'
import { needsOwnEngine } from './engine.ts'

const PROGRAM = `${repository}compose/own-engine`
const ownEngine = (...argv: string[]) => execa(PROGRAM, argv, { reject: false })

test.each([
  [['start'], /takes start DIR, stop DIR or hold DIR/, 2],
  [['start', 'here'], /here is not an absolute path/, 2],
  [['restart', '/tmp/x'], /"restart" is not start, stop or hold/, 2],
])('own-engine %s is refused in one line', async (argv, complaint, code) => {
  const { exitCode, stderr, stdout } = await ownEngine(...argv)
  expect(stderr).toMatch(complaint)
  expect(stdout).toBe('')
  expect(exitCode).toBe(code)
})

test('own-engine takes no folder that holds something', async () => {
  const folder = await folderWith({ precious: 'mine' })
  const { exitCode, stderr } = await ownEngine('start', folder)
  expect(stderr).toContain(`${folder} is not empty`)
  expect(exitCode).toBe(2)
})

test('a held engine ends with its holder, and what is left of a held one that was killed goes at the next start', async (context) => {
  needsOwnEngine(context)
  const folder = `${await folderWith()}/engine`
  const shell = await heldBy(PROGRAM, 'hold', folder)
  const left = pidIn(folder)
  shell.kill('SIGKILL')
  await once(shell, 'exit')
  expect(lives(left)).toBe(true)

  const code = `const { ownEngine } = await import('./test/compose/own-engine.ts')
    console.log((await ownEngine('${folder}')).host)`
  const program = await heldBy(process.execPath, '--input-type=module', '--eval', code)
  expect(lives(left)).toBe(false)
  const next = pidIn(folder)
  expect(lives(next)).toBe(true)
  program.kill('SIGKILL')
  while (lives(next) || existsSync(folder) || existsSync(`${folder}.lock`)) await delay(50)
})

/** Starts what holds an engine, and waits until it answers. */
async function heldBy(file: string, ...argv: string[]) {
  const child = endWithTest(spawn(file, argv, { stdio: ['pipe', 'pipe', 'inherit'], cwd: repository }))
  // At its end, too: then there is nothing.
  await once(child.stdout, 'readable')
  expect(`${child.stdout.read()}`).toMatch(/^unix:/)
  return child
}

const pidIn = (folder: string) => readFileSync(`${folder}/dockerd.pid`, 'utf8').trim()

/** A zombie, which nobody waits for, has no command line any more. */
const lives = (pid: string) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`).length > 0
