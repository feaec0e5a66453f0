import { EXIT, SpinlabError } from '../errors.ts'
import { guard as guardServer } from '../guard/guard.ts'
import { guardReport, guardSuite } from '../reporters/guard.ts'
import { writeJunitFile } from '../reporters/junit-file.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface GuardCommandOptions {
  chaos: string[]
  port?: number
  seed: number
  /** ms until the command must listen */
  timeout: number
  json: boolean
  junit?: string
  quiet: boolean
}

/** Starts a server, sends it chaos, and reports whether it spins. Returns the exit code. */
export async function guard(command: readonly string[], options: GuardCommandOptions, stop: StopSignal) {
  const progress = options.quiet ? () => {} : (line: string) => void process.stderr.write(`${line}\n`)
  try {
    const result = await guardServer(command, { ...options, signal: stop.signal, progress })
    if (options.junit) await writeJunitFile(options.junit, [guardSuite(result)])
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : guardReport(result))
    return stop.exitCode ?? EXIT[result.outcome]
  } catch (error) {
    // Stopped before there was anything to report.
    if (stop.exitCode !== undefined && error instanceof SpinlabError) return stop.exitCode
    throw error
  }
}
