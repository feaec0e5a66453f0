/** A process that the lab started in a room. Whoever starts it ends it, by this handle. */
export interface Child extends AsyncDisposable {
  /** Host pid of what was started: the command itself, or the helper that entered the room for it. -1 where that cannot be seen from here. */
  readonly pid: number
  /** Its standard output, line by line, until it closes. */
  readonly lines: AsyncIterable<string>
  /** One line to its standard input. */
  tell(line: string): void
  /** What it said on standard error so far (the last 64 KiB). */
  readonly complaint: () => string
  /** Resolves when it has ended, with its exit code (128 + signal number if a signal ended it). Never rejects. */
  readonly ended: Promise<number>
  /** Ends it: closes its input and sends `signal`, then SIGKILL if it is still there after `graceMs` (default 2000). Resolves when it is gone. */
  stop(signal?: 'SIGINT' | 'SIGTERM', graceMs?: number): Promise<void>
}

/** A place where commands run beside the target: they see its processes, its network and its scratch folder. */
export interface Room {
  /** Starts a command; the first word is a program name or an absolute path. */
  run(argv: readonly string[], options?: { env?: Readonly<Record<string, string>> }): Child
}
