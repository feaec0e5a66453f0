import { deliverCertificates } from './certificates.ts'
import { chooseCollectors } from './collectors/choose.ts'
import { worst } from './experiment/assess.ts'
import { conclude } from './experiment/conclude.ts'
import { experiment } from './experiment/experiment.ts'
import { fixesFromStart } from './experiment/from-start.ts'
import { chooseVariant, loadScenario } from './experiment/load-scenarios.ts'
import { chooseFixes } from './experiment/phases.ts'
import type { ExperimentResult } from './experiment/result.ts'
import type { Fix, Variant } from './experiment/scenario.ts'
import { loadModule } from './folder-modules.ts'
import { invocation, runnerFolder } from './places.ts'
import { showProgress } from './reporters/progress.ts'
import { describeHere } from './run-folder/manifest.ts'
import { RunFolder } from './run-folder/write.ts'
import { buildTarget } from './stage/build-target.ts'
import type { Runner, TargetProgram } from './stage/stage.ts'

/** How one experiment is to be held. */
export interface HoldOptions {
  /** default: the main one */
  variant?: string
  /** names of the fixes to try; none: all */
  fix: readonly string[]
  seed: number
  runner: string
  /** the observer that judges; `auto` takes the best that works here */
  collector: string
  /** folder of the recorded runs */
  outDir: string
  /** longest time of one phase, ms */
  timeout: number
  /** neither witnesses nor controls, but for those of `allFromStart` */
  brief?: boolean
  /** controls with a fix that is on from the start: for each that can be, instead of the first alone (which `brief` leaves out) */
  allFromStart?: boolean
  /** no progress on stderr */
  quiet: boolean
  /** what is started as the target, where it is not the one that make builds */
  target?: TargetProgram
  /** the command that repeats it, where it is not that of "repro" */
  reproduce?: string
}

/**
 * Holds one experiment from end to end: opens the runner's stage, chooses the eyes, records the run and concludes. Throws a SpinlabError when
 * a name does not exist (usage), the machine does not permit it (unsupported) or the lab fails (broken).
 */
export async function hold(name: string, options: HoldOptions, stop: AbortSignal): Promise<ExperimentResult> {
  const scenario = await loadScenario(name)
  const variant = chooseVariant(scenario, options.variant)
  const fixes = chooseFixes(variant, options.fix)
  const runner = await loadModule<Runner>('runner', runnerFolder, options.runner)
  const started = new Date()
  if (!options.target) await buildTarget()
  await using stage = await runner.open(options.target)
  const [{ primary, beside, process: sees, witnesses, missing }, here] = await Promise.all([
    chooseCollectors(stage.tracer, options.collector, { alone: options.brief }),
    describeHere(),
    deliverCertificates(stage),
  ])
  for (const lack of missing) process.stderr.write(`spinlab: ${lack.name}: ${lack.missing}; ${lack.remedy}\n`)
  const identity = {
    scenario: name,
    variant: variant.name,
    seed: options.seed,
    runner: runner.name,
    stage: stage.words,
    collectors: { used: [primary, ...witnesses].map(({ name }) => name), missing },
    reproduce: options.reproduce ?? commandLine(name, options),
  }
  const folder = new RunFolder(options.outDir, {
    version: 1,
    ...identity,
    fixes: fixes.map((fix) => fix.name),
    argv: process.argv.slice(2),
    started: started.toISOString(),
    ...here,
  })
  const record = await experiment(
    {
      scenario: options.brief ? { ...scenario, controls: [] } : scenario,
      variant,
      fixes,
      fromStart: chooseFromStart(variant, fixes, options),
      seed: options.seed,
      limits: { timeout: options.timeout, stop },
    },
    {
      stage,
      eyes: { primary, ...(beside && { beside }), ...(sees && { process: sees }) },
      witnesses,
      progress: showProgress(options.quiet),
      recorder: folder,
    },
  )
  folder.measured(record)
  const conclusion = conclude(record, scenario)
  const result: ExperimentResult = {
    ...identity,
    ...conclusion,
    // What cannot be judged again proves nothing.
    ...(folder.failure && {
      outcome: worst([conclusion.outcome, 'inconclusive']),
      reasons: [...conclusion.reasons, folder.failure],
    }),
    seconds: (Date.now() - started.getTime()) / 1000,
    run: folder.path,
  }
  folder.result(result)
  return result
}

function chooseFromStart(variant: Variant, fixes: readonly Fix[], { brief, allFromStart }: HoldOptions) {
  const able = fixesFromStart(variant, fixes)
  return allFromStart ? able : able.slice(0, brief ? 0 : 1)
}

/** What repeats this run: everything that is not a default. */
function commandLine(name: string, options: HoldOptions): string {
  const words = [invocation, 'repro', name, '--seed', `${options.seed}`]
  if (options.variant) words.push('--variant', options.variant)
  for (const fix of options.fix) words.push('--fix', fix)
  if (options.brief) words.push('--brief')
  if (options.allFromStart) words.push('--all-from-start')
  if (options.runner !== 'native') words.push('--runner', options.runner)
  if (options.collector !== 'auto') words.push('--collector', options.collector)
  return words.join(' ')
}
