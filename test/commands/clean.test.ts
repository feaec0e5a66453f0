import { execa } from 'execa'
import { expect, test } from 'vitest'
import { SPINLAB } from '../spinlab.ts'

test('clean says in one line that the engine it was pointed at does not answer', async () => {
  const env = { DOCKER_HOST: 'unix:///nonexistent.sock' }
  const { exitCode, stdout, stderr } = await execa(SPINLAB, ['clean'], { env, reject: false, stdin: 'ignore' })
  expect(stderr).toMatch(/^spinlab: no Docker engine answers at unix:\/\/\/nonexistent.sock: .*; start .*$/)
  expect(stdout).toBe('')
  expect(exitCode).toBe(4)
})
