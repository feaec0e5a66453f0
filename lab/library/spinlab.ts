import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import { type GuardOptions, guard } from '../guard/guard.ts'
import type { GuardResult } from '../guard/result.ts'
import { Server, type ServerOptions } from '../guard/server.ts'
import { type HoldOptions, hold } from '../hold.ts'
import { look } from '../process/look.ts'

export type { Diagnosis } from '../diagnosis/diagnosis.ts'
export { EXIT, SpinlabError } from '../errors.ts'
export type { ExperimentResult, Outcome } from '../experiment/result.ts'
export type { GuardOptions } from '../guard/guard.ts'
export type { GuardResult, Trial } from '../guard/result.ts'
export type { Server, ServerOptions } from '../guard/server.ts'
export type { Finding, SpinClass } from '../signatures/finding.ts'

/** A shell's command line, or a program and its arguments. */
export type CommandLine = string | readonly string[]

export interface DiagnoseOptions {
  /** how long to look; default 2 */
  seconds?: number
  /** look at the busiest process of the tree under the pid; default false */
  tree?: boolean
  /** the observer that judges; default `auto`: the best that works here */
  collector?: string
  signal?: AbortSignal
}

export interface RunOptions extends Partial<HoldOptions> {
  signal?: AbortSignal
}

const words = (command: CommandLine) => (typeof command === 'string' ? ['sh', '-c', command] : command)

/** Every function throws SpinlabError, whose `exitCode` is the one that the command of the same name would end with (EXIT). */
export const spinlab = {
  /** Says what is wrong with a running process, and what to do. Reads only. Throws when there is nothing to look at (3) or no right to (4). */
  async diagnose(pid: number, options: DiagnoseOptions = {}): Promise<Diagnosis> {
    const { seconds = 2, tree = false, collector = 'auto', signal } = options
    const until = performance.now() + seconds * 1000
    return look(pid, { tree, collector }, { until, ...(signal && { stop: signal }) })
  },

  /**
   * Starts a server in a sandbox, sends it chaos beside sane connections, and says whether it spins. Nothing is left of it. Throws when a name does
   * not exist (2), no sandbox can be made here (4) or the command does not listen (5).
   */
  async guard(command: CommandLine, options: GuardOptions = {}): Promise<GuardResult> {
    return guard(words(command), options)
  },

  /**
   * Starts a server in a sandbox and waits until it listens: `await using server = await spinlab.serve('./my-server')`. Its pid can be diagnosed;
   * its ports are reached from inside the sandbox alone. Throws as `guard` does.
   */
  async serve(command: CommandLine, options: ServerOptions = {}): Promise<Server> {
    return Server.start(words(command), options)
  },

  /** Holds the experiment of a scenario and records it below `outDir` (default `artifacts`). Throws as `guard` does. */
  async run(scenario: string, options: RunOptions = {}): Promise<ExperimentResult> {
    const { signal = new AbortController().signal, ...given } = options
    return hold(scenario, { ...RUN_DEFAULTS, ...given }, signal)
  },
}

const RUN_DEFAULTS: HoldOptions = {
  fix: [],
  seed: 1,
  runner: 'native',
  collector: 'auto',
  outDir: 'artifacts',
  timeout: 30_000,
  quiet: true,
}
