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
import type { Runner } from '../stage/stage.ts'
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
  const reproduce = commandLine(name, options)

  await using stage = await runner.open()
  const [collectors, here] = await Promise.all([chooseCollectors(stage.tracer, options.collector), describeHere()])
  for (const { name: missing, missing: why, remedy } of collectors.missing)
    process.stderr.write(`spinlab: ${missing}: ${why}; ${remedy}\n`)
  const folder = new RunFolder(options.outDir, {
    version: 1,
    scenario: name,
    variant: variant.name,
    fixes: fixes.map((fix) => fix.name),
    seed: options.seed,
    runner: runner.name,
    argv: process.argv.slice(2),
    reproduce,
    started: started.toISOString(),
    ...here,
    collectors: {
      used: [collectors.primary.name, ...collectors.witnesses.map((witness) => witness.name)],
      missing: collectors.missing,
    },
  })
  for (const [file, pem] of Object.entries(await makeCertificates())) await stage.put(`certificates/${file}`, pem)
  const record = await experiment(
    { scenario, variant, fixes, seed: options.seed, limits: { timeout: options.timeout, stop: stop.signal } },
    { stage, ...collectors, progress: showProgress(options.quiet), recorder: folder },
  )
  const result: ExperimentResult = {
    scenario: name,
    variant: variant.name,
    seed: options.seed,
    runner: runner.name,
    ...conclude(record),
    collectors: {
      used: [collectors.primary.name, ...collectors.witnesses.map((witness) => witness.name)],
      missing: collectors.missing,
    },
    seconds: (Date.now() - started.getTime()) / 1000,
    run: folder.path,
    reproduce,
  }
  folder.overhead(record.overhead)
  folder.result(result)
  return result
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
