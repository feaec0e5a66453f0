import { z } from 'zod'

const numbers = z.record(z.string(), z.number())

/** What the target says of itself (`GET /state` on its admin socket). */
export const TargetState = z.object({
  pid: z.number().int(),
  fault: z.string(),
  variant: z.string(),
  listen: z.string(),
  goroutines: z.number().int(),
  /** only ever grow */
  counters: numbers,
  gauges: numbers,
  fixes: z.array(
    z.object({
      name: z.string(),
      cures: z.array(z.string()),
      scope: z.string(),
      reversible: z.boolean(),
      applied: z.boolean(),
    }),
  ),
})

export type TargetState = z.infer<typeof TargetState>
