/** Exit codes of every verb. */
export const EXIT = {
  pass: 0,
  fail: 1,
  usage: 2,
  inconclusive: 3,
  unsupported: 4,
  broken: 5,
  interrupted: 130,
  terminated: 143,
} as const

/** An error that the user can act on: one line, and the exit code that belongs to it. */
export class SpinlabError extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The command line names something that does not exist or cannot be parsed. */
export const usage = (message: string) => new SpinlabError(EXIT.usage, message)
/** This machine, or this user's rights, do not permit it. */
export const unsupported = (message: string) => new SpinlabError(EXIT.unsupported, message)
/** The lab itself could not do its work. */
export const broken = (message: string, cause?: unknown) => new SpinlabError(EXIT.broken, message, { cause })

/** `"x" is not a scenario; choose one of: a, b` */
export function unknownName(kind: string, name: string, known: readonly string[]): SpinlabError {
  return usage(`"${name}" is not a ${kind}; choose one of: ${known.join(', ')}`)
}
