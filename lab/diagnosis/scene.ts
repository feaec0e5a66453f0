import type { Decision } from './decision-tree.ts'

/** What is known of a process beside its windows. */
export interface Scene {
  pid: number
  /** of its program */
  name: string
  /** by a signal */
  stopped?: boolean
  /** hard limit of descriptors, which the soft one can be raised to */
  hardFileLimit?: number
  /** what could not be seen, and why */
  blind: string[]
  /** evidence that a Go program gives of itself */
  go?: string[]
  /** of a Go program */
  illusion?: Decision
}
