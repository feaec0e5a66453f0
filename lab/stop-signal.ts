import { EXIT } from './errors.ts'

/** What the user asked for with Ctrl-C or kill. */
export interface StopSignal {
  /** aborted at the first SIGINT or SIGTERM: stop, undo, write the report */
  readonly signal: AbortSignal
  /** 130 or 143 once stopped */
  readonly exitCode: number | undefined
}

/** The first signal asks for an orderly end; the second ends at once, and the kernel ends what the lab started. */
export function listenForStop(): StopSignal {
  const controller = new AbortController()
  let exitCode: number | undefined
  const on = (signal: 'SIGINT' | 'SIGTERM', code: number) =>
    process.on(signal, () => {
      if (exitCode !== undefined) process.exit(code)
      exitCode = code
      process.stderr.write(`spinlab: ${signal}, stopping; once more ends at once\n`)
      controller.abort()
    })
  on('SIGINT', EXIT.interrupted)
  on('SIGTERM', EXIT.terminated)
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode
    },
  }
}
