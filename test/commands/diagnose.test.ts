import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { needs } from '../needs.ts'
import { endWithTest, IDLE, program, SPINNING } from '../node-program.ts'
import { SPINLAB, spinlab } from '../spinlab.ts'

const stateOf = (pid: number) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]

test('a spin is named, with cause, evidence and fixes, and exit code 1', async (context) => {
  await needs(context, 'bpf')
  const pid = await program(SPINNING)
  const { stdout, exitCode } = await spinlab('diagnose', `${pid}`, '--json')
  const diagnosis = JSON.parse(stdout)
  expect(diagnosis).toMatchObject({ pid, verdict: 'spin', class: 'empty-wakeups', lost: 0 })
  expect(diagnosis.cause).toContain('the timeout of the wait is 0')
  expect(diagnosis.cpu).toBeGreaterThan(0.1)
  expect(diagnosis.evidence[0]).toMatch(/^epoll_p?wait/)
  for (const fix of diagnosis.fixes)
    expect(Object.keys(fix).toSorted()).toEqual(['command', 'cost', 'name', 'priority', 'undo'])
  expect(exitCode).toBe(1)
})

test('health is said as plainly, with exit code 0', async (context) => {
  await needs(context, 'bpf')
  const { stdout, exitCode } = await spinlab('diagnose', `${await program(IDLE)}`)
  expect(stdout).toMatch(/^healthy {2}node \(pid \d+\): no spin/)
  expect(exitCode).toBe(0)
})

test('of a process that is stopped, the health is said with the reason', async (context) => {
  await needs(context, 'bpf')
  const pid = await program(IDLE)
  process.kill(pid, 'SIGSTOP')
  while (stateOf(pid) !== 'T') await delay(10)
  const { evidence, verdict } = JSON.parse((await spinlab('diagnose', `${pid}`, '--json')).stdout)
  expect(verdict).toBe('healthy')
  expect(evidence[0]).toContain(`"kill -CONT ${pid}"`)
})

test('--tree picks the process that burns', async (context) => {
  await needs(context, 'bpf')
  // The end of its input is the end of its parent.
  const child = `process.stdin.on('end', () => process.exit()).resume(); ${SPINNING}`
  const parent = await program(
    `const { spawn } = require('node:child_process'); spawn(process.execPath, ['-e', ${JSON.stringify(child)}]); ${IDLE}`,
  )
  const { stdout } = await spinlab('diagnose', `${parent}`, '--tree', '--json')
  const { pid, verdict } = JSON.parse(stdout)
  expect(pid).not.toBe(parent)
  expect(verdict).toBe('spin')
})

test('--watch --json prints an object a line until it is stopped', async (context) => {
  await needs(context, 'bpf')
  const pid = await program(IDLE)
  const lab = execa(SPINLAB, ['diagnose', `${pid}`, '--watch', '--json'], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  })
  let seen = 0
  for await (const line of lab) {
    expect(JSON.parse(`${line}`).verdict).toBe('healthy')
    if (++seen === 2) lab.kill('SIGINT')
  }
  expect((await lab).exitCode).toBe(130)
})

test('a pid that is gone is no data: one line, exit code 3, and with --json the object', async () => {
  const pid = await program('')
  while (await delay(10, true)) {
    try {
      process.kill(pid, 0)
    } catch {
      break
    }
  }
  const plain = await spinlab('diagnose', `${pid}`)
  expect(plain).toMatchObject({ exitCode: 3, stdout: '', stderr: `spinlab: process ${pid} is gone, or never was` })
  const json = await spinlab('diagnose', `${pid}`, '--json')
  expect(json.exitCode).toBe(3)
  expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'no-data', class: null, lost: 0 })
})

test('a zombie is no data', async () => {
  // A shell that starts a child and becomes a program that never asks for its end.
  const parent = spawn('sh', ['-c', 'true & exec sleep 60'], { stdio: 'ignore' })
  endWithTest(parent)
  const zombie = async () =>
    (await execa('ps', ['--ppid', `${parent.pid}`, '-o', 'pid=,stat='], { reject: false })).stdout
  while (!(await zombie()).includes('Z')) await delay(10)
  const pid = (await zombie()).trim().split(/\s+/)[0] ?? ''
  expect(stateOf(Number(pid))).toBe('Z')
  const { exitCode, stderr } = await spinlab('diagnose', pid)
  expect(stderr).toMatch(/^spinlab: process \d+ \(\w+\) is a zombie: .*$/)
  expect(exitCode).toBe(3)
})

test('a kernel thread is not supported', async () => {
  const { exitCode, stderr, stdout } = await spinlab('diagnose', '2', '--json')
  expect(stderr).toMatch(/^spinlab: process 2 \(kthreadd\) is a kernel thread: .*$/)
  expect(stdout).toBe('')
  expect(exitCode).toBe(4)
})

test('a process that ends while it is watched is no data', async (context) => {
  await needs(context, 'bpf')
  const pid = await program('setTimeout(() => {}, 1200)')
  const { exitCode, stderr } = await spinlab('diagnose', `${pid}`)
  expect(stderr).toMatch(/ended while it was watched|is gone/)
  expect(exitCode).toBe(3)
})
