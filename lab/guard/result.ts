import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { LatencySummary } from '../experiment/cost.ts'
import type { Outcome } from '../experiment/result.ts'
import type { Protocol } from './recipe.ts'

/** How the server bore one kind of chaos. */
export interface Trial {
  /** name of the recipe */
  client: string
  title: string
  verdict: Diagnosis['verdict']
  /** of the spin */
  class: Diagnosis['class']
  /** of the spin, or what was missing */
  cause: string | null
  /** whether it spun while the chaos went on, when it had gone, or both */
  when: 'during' | 'after' | 'both' | null
  /** that the verdict rests on */
  evidence: string[]
  /** cores that the server wanted while the chaos went on */
  cpu: number | null
  /** the most descriptors that one process had open, and its limit; null when none could be read */
  descriptors: { open: number; limit: number } | null
  /** connections that were opened and that the server ended, over all ports */
  arrivals: number
  closedByServer: number
  seconds: number
}

/** What `spinlab guard --json` prints. */
export interface GuardResult {
  outcome: Outcome
  interrupted: boolean
  /** why the outcome is not `pass` */
  reasons: string[]
  command: readonly string[]
  /** of the process that listens, as this machine numbers it */
  pid: number
  ports: number[]
  protocols: (Protocol & { port: number })[]
  /** under sane connections alone; null when it was interrupted before */
  idle: Diagnosis | null
  chaos: Trial[]
  /** sane connections before the chaos, during it and after it */
  sane: Record<'before' | 'during' | 'after', LatencySummary>
  seconds: number
  /** command that repeats it; after a failure, with nothing but what failed */
  reproduce: string
}
