/** What is known of a process beside its windows. */
export interface Scene {
  pid: number
  /** its comm */
  name: string
  /** it was chosen as the busiest of the tree under this pid */
  treeOf?: number
  /** hard limit of descriptors, which the soft one can be raised to */
  hardFileLimit?: number
  /** what could not be seen, and why */
  blind: string[]
  /** evidence that a Go program gives of itself */
  go?: string[]
}
