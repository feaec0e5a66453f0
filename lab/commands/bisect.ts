import { bisect as search } from '../bisect/bisect.ts'
import { patchSteps, versionSteps } from '../bisect/steps.ts'
import { broken, EXIT, usage } from '../errors.ts'
import { buildProgram, findProgram } from '../programs/program.ts'
import { trial } from '../programs/trial.ts'
import { bisectionReport, stepLine } from '../reporters/bisection.ts'
import type { StopSignal } from '../stop-signal.ts'
import { openToolchain, type Toolchain } from '../toolchains/toolchain.ts'

export interface BisectOptions {
  module?: string
  good?: string
  bad?: string
  /** file with one version a line */
  versions?: string
  /** folder of a series of patches */
  patches?: string
  go: string
  collector: string
  /** ms until the program must be ready, and again until there must be a verdict */
  timeout: number
  json: boolean
  quiet: boolean
}

/** Finds the version, or the patch of a series, with which a spin appeared or went away. Returns the exit code. */
export async function bisect(name: string, options: BisectOptions, stop: StopSignal): Promise<number> {
  const program = findProgram(name)
  const toolchain = await openToolchain(options.go)
  const steps = await stepsOf(options, toolchain)
  const [first, last] = [steps[0]?.name ?? '', steps.at(-1)?.name ?? '']
  const found = await search({
    program: name,
    module: options.module ?? null,
    steps,
    good: options.good ?? first,
    bad: options.bad ?? last,
    attempt: async ({ change }) => {
      const { collector, timeout } = options
      if (stop.signal.aborted) throw broken('interrupted')
      const binaries = await buildProgram(program, { toolchain, ...change })
      return trial(binaries, { env: {}, collector, timeout, stop: stop.signal })
    },
    tell: (seen) => void (options.quiet || process.stderr.write(`${stepLine(seen)}\n`)),
  })
  process.stdout.write(options.json ? `${JSON.stringify(found)}\n` : bisectionReport(found))
  return stop.exitCode ?? EXIT[found.outcome]
}

function stepsOf({ module, good, bad, versions, patches }: BisectOptions, toolchain: Toolchain) {
  if (Boolean(module) === Boolean(patches))
    throw usage('bisect takes either --module with --good and --bad, or --patches')
  if (Boolean(good) !== Boolean(bad)) throw usage('--good and --bad belong together')
  const ends = good && bad ? ([good, bad] as const) : undefined
  if (patches) return patchSteps(patches, ends)
  if (!ends) throw usage('--module needs --good and --bad, two of its versions')
  return versionSteps(toolchain, module ?? '', ends, versions)
}
