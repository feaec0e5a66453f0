import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'

/** The loop asks again and again with a timeout of 0. */
export const SPINNING = 'const again = () => setImmediate(again); again()'
export const IDLE = 'setInterval(() => {}, 10_000)'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** The process ends with the test. */
export function endWithTest<Child extends ChildProcess>(child: Child): Child {
  started.push(child)
  return child
}

/** A Node program that has begun; it ends with the test. */
export async function begin(code: string): Promise<ChildProcess> {
  const child = endWithTest(
    spawn(process.execPath, ['-e', `process.stdout.write('on');${code}`], { stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  await once(child.stdout, 'data')
  return child
}

/** Its process id. */
export const program = async (code: string): Promise<number> => (await begin(code)).pid ?? -1
