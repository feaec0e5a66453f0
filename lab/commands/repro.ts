import { makeCertificates } from '../../clients/certificates.ts'
import { chooseCollectors } from '../collectors/choose.ts'
import { EXIT } from '../errors.ts'
import { worst } from '../experiment/assess.ts'
import { conclude } from '../experiment/conclude.ts'
import { experiment } from '../experiment/experiment.ts'
import { chooseVariant, loadScenario } from '../experiment/load-scenarios.ts'
import { chooseFixes } from '../experiment/phases.ts'
import type { ExperimentResult, Outcome } from '../experiment/result.ts'
import { loadModule } from '../folder-modules.ts'
import { runnerFolder } from '../places.ts'
import { writeJunit } from '../reporters/junit.ts'
import { showProgress } from '../reporters/progress.ts'
import { terminalReport } from '../reporters/terminal.ts'
import { describeHere } from '../run-folder/manifest.ts'
import { RunFolder } from '../run-folder/write.ts'
import type { Runner, Stage } from '../stage/stage.ts'
import type { StopSignal } from '../stop-signal.ts'

export interface ReproOptions {
  variant?: string
  /** names of the fixes to try; none: all */
  fix: string[]
  seed: number
  repeat: number
  runner: string
  collector: string
  outDir: string
  /** longest time of one phase, ms */
  timeout: number
  json: boolean
  junit?: string
  quiet: boolean
}

/** Holds an experiment, `repeat` times, and reports it. Returns the exit code. */
export async function repro(name: string, options: ReproOptions, stop: StopSignal): Promise<number> {
  const results: ExperimentResult[] = []
  const scenario = await loadScenario(name)
  for (let i = 0; i < options.repeat && !stop.signal.aborted; i++) {
    const result = await holdOnce(name, options, stop)
    results.push(result)
    if (!options.json) process.stdout.write(terminalReport(result, scenario))
  }
  if (options.junit) writeJunit(options.junit, results)
  if (options.json)
    process.stdout.write(
      `${JSON.stringify(options.repeat > 1 ? { runs: results, summary: count(results) } : results[0])}\n`,
    )
  return stop.exitCode ?? EXIT[worst(results.map((result) => result.outcome))]
}

async function holdOnce(name: string, options: ReproOptions, stop: StopSignal): Promise<ExperimentResult> {
  const scenario = await loadScenario(name)
  const variant = chooseVariant(scenario, options.variant)
  const fixes = chooseFixes(variant, options.fix)
  const runner = await loadModule<Runner>('runner', runnerFolder, options.runner)
  const started = new Date()
  await using stage = await runner.open()
  const [{ primary, beside, witnesses, missing }, here] = await Promise.all([
    chooseCollectors(stage.tracer, options.collector),
    describeHere(),
    deliverCertificates(stage),
  ])
  for (const lack of missing) process.stderr.write(`spinlab: ${lack.name}: ${lack.missing}; ${lack.remedy}\n`)
  const identity = {
    scenario: name,
    variant: variant.name,
    seed: options.seed,
    runner: runner.name,
    collectors: { used: [primary.name, ...witnesses.map((witness) => witness.name)], missing },
    reproduce: commandLine(name, options),
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
    { scenario, variant, fixes, seed: options.seed, limits: { timeout: options.timeout, stop: stop.signal } },
    {
      stage,
      eyes: { primary, ...(beside && { beside }) },
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

async function deliverCertificates(stage: Stage) {
  const files = Object.entries(await makeCertificates())
  await Promise.all(files.map(([file, pem]) => stage.put(`certificates/${file}`, pem)))
}

/** What repeats this run: everything that is not a default. */
function commandLine(name: string, options: ReproOptions): string {
  const words = ['bin/spinlab', 'repro', name, '--seed', `${options.seed}`]
  if (options.variant) words.push('--variant', options.variant)
  for (const fix of options.fix) words.push('--fix', fix)
  if (options.runner !== 'native') words.push('--runner', options.runner)
  if (options.collector !== 'auto') words.push('--collector', options.collector)
  return words.join(' ')
}

function count(results: readonly ExperimentResult[]) {
  const of = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length
  return { runs: results.length, pass: of('pass'), fail: of('fail'), inconclusive: of('inconclusive') }
}
