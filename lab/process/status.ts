/** Of /proc/PID/status (proc_pid_status(5)). */
export interface Status {
  /** e.g. `S` */
  state: string
  threads: number
  /** slots of the descriptor table, used or not */
  fdSize: number
}

/** Undefined of a text that is none. */
export function readStatus(text: string): Status | undefined {
  const state = /^State:\s*(\S)/m.exec(text)?.[1]
  const threads = /^Threads:\s*(\d+)/m.exec(text)?.[1]
  const fdSize = /^FDSize:\s*(\d+)/m.exec(text)?.[1]
  return state && threads && fdSize ? { state, threads: Number(threads), fdSize: Number(fdSize) } : undefined
}
