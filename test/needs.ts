import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import type { CheckResult } from '../lab/doctor/check.ts'
import { examine } from '../lab/doctor/examine.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** why the test could not run here */
    skipped?: string
  }
}

/** By name of the doctor's check: what this machine was found to permit. */
const known = new Map<string, Promise<CheckResult>>()

/**
 * Skips the running test, with the reason, unless this machine permits all that is named (names of the doctor's checks).
 * With SPINLAB_STRICT=1 the test fails instead: on a machine that is meant to permit everything, a skip hides a defect.
 */
export async function needs(context: TestContext, ...names: string[]): Promise<void> {
  const results = await Promise.all(names.map(remember))
  const lacks = results.filter((result) => !result.works)
  if (lacks.length) skip(context, lacks.map(({ name, found }) => `${name}: ${found}`).join('; '))
}

/** The same for programs of other languages, which the lab itself never needs. */
export function needsTools(context: TestContext, ...tools: string[]): void {
  const folders = (process.env.PATH ?? '').split(':')
  const lacks = tools.filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))))
  if (lacks.length) skip(context, `not installed: ${lacks.join(', ')}`)
}

/** Skips the running test, or fails it where no skip may pass. */
export function skip(context: TestContext, reason: string) {
  if (process.env.SPINLAB_STRICT) throw new Error(`cannot run here, and SPINLAB_STRICT is set: ${reason}`)
  context.task.meta.skipped = reason
  context.skip(reason)
}

function remember(name: string): Promise<CheckResult> {
  const result = known.get(name) ?? examine(name)
  known.set(name, result)
  return result
}
