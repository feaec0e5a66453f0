import { z } from 'zod'

/** Sane requests of one stretch of time. */
export const LatencySummary = z.object({
  ok: z.number().int(),
  failed: z.number().int(),
  /** ms; null when no request was answered */
  p50: z.number().nullable(),
  p99: z.number().nullable(),
  errors: z.record(z.string(), z.number()),
})
export type LatencySummary = z.infer<typeof LatencySummary>

/** The target under one observer, beside the same target unobserved. */
export const ObserverCost = z.object({
  /** returns of its wait and the ready descriptors they brought, by its own count; null when the moment was too short to tell */
  eventsPerSecond: z.number().nullable(),
  /** events under this observer for each event without */
  eventsRatio: z.number().nullable(),
  sane: LatencySummary,
  /** cores that the observer used itself */
  cores: z.number().nullable(),
})
export type ObserverCost = z.infer<typeof ObserverCost>
