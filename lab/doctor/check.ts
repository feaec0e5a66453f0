/** What a check came to. */
export interface Finding {
  works: boolean
  /** what is there, or why it does not work */
  found: string
  /** what to do about it, where it does not work */
  remedy?: string
}

/** One thing that the lab may want to do on this machine, tried by doing it. */
export interface Check {
  /** what it lets the lab do */
  ability: string
  /** what is lost without it */
  without: string
  /** Must leave nothing behind. */
  attempt(): Promise<Finding>
}

export interface CheckResult extends Finding {
  name: string
  ability: string
  without: string
}
