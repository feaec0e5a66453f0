import { z } from 'zod'
import { readGoroutineStates } from './goroutine-states.ts'
import { Memory, readMemory } from './memory.ts'
import { readScheduler, Scheduler } from './schedtrace.ts'

/** What a Go program's own runtime says at one moment. */
export const GoSnapshot = z.object({
  /** goroutines in each state */
  states: z.record(z.string(), z.number().int().nonnegative()),
  memory: Memory,
  /** absent where nobody has set GODEBUG=schedtrace */
  scheduler: Scheduler.optional(),
})
export type GoSnapshot = z.infer<typeof GoSnapshot>

/**
 * Asks net/http/pprof; `read` gets a path below its base, `trace` is what the program wrote to standard error. The collector runs first, so that
 * garbage is not taken for growth: this is for a program that may be stopped for some milliseconds. Undefined where pprof does not answer as expected.
 */
export async function lookAtGo(
  read: (path: string) => Promise<string>,
  trace: string,
): Promise<GoSnapshot | undefined> {
  const memory = readMemory(await read('heap?debug=1&gc=1'))
  const states = readGoroutineStates(await read('goroutine?debug=2'))
  const scheduler = readScheduler(trace)
  return memory && { states, memory, ...(scheduler && { scheduler }) }
}

export const goroutinesOf = ({ states }: GoSnapshot) => Object.values(states).reduce((sum, n) => sum + n, 0)
