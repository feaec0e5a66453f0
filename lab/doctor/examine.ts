import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadModule, moduleNames } from '../folder-modules.ts'
import type { Check, CheckResult, Finding } from './check.ts'

const FOLDER = fileURLToPath(new URL('checks', import.meta.url))
const DEADLINE_MS = 8000
const AGAIN = 'run it again when the machine is less busy'

export const checkNames = () => moduleNames(FOLDER)

/** Makes one check; what has not answered by the deadline does not work. */
export async function examine(name: string): Promise<CheckResult> {
  const check = await loadModule<Check>('check', FOLDER, name)
  const { ability, without } = check
  const deadline = new AbortController()
  try {
    return { name, ability, without, ...(await Promise.race([attempt(check), late(deadline.signal)])) }
  } finally {
    deadline.abort()
  }
}

/** Makes all checks at once. */
export const examineAll = () => Promise.all(checkNames().map(examine))

async function attempt(check: Check): Promise<Finding> {
  try {
    return await check.attempt()
  } catch (error) {
    return { works: false, found: error instanceof Error ? error.message : String(error), remedy: AGAIN }
  }
}

async function late(signal: AbortSignal): Promise<Finding> {
  await delay(DEADLINE_MS, undefined, { signal, ref: false }).catch(() => {})
  return { works: false, found: `no answer in ${DEADLINE_MS} ms`, remedy: AGAIN }
}
