import { execa } from 'execa'
import { unsupported, usage } from '../errors.ts'
import { chooseVariant, loadScenario } from '../experiment/load-scenarios.ts'
import { chooseFixes } from '../experiment/phases.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import { titledPhases } from '../experiment/titled-phases.ts'
import { type HoldOptions, hold } from '../hold.ts'
import { targetModule } from '../places.ts'
import { buildProgram, findProgram } from '../programs/program.ts'
import { trial } from '../programs/trial.ts'
import { build, type Recipe } from '../toolchains/build.ts'
import type { CellRun } from './cell.ts'

/** What is built and run in each cell. */
export interface Subject {
  name: string
  variant: string | null
  /** Builds it; what then runs it once, with GODEBUG if any. Throws Unsupported where there is nothing to run. */
  build(recipe: Pick<Recipe, 'toolchain' | 'patches'>): Promise<(env: Env, reproduce: string) => Promise<CellRun>>
}

type Env = Readonly<Record<string, string>>

/** A scenario by its name, or a Go program by its folder, which has a `/` in it. Throws a usage error when there is no such thing. */
export const findSubject = (name: string, options: Omit<HoldOptions, 'runner'>, stop: AbortSignal): Promise<Subject> =>
  name.includes('/') ? programSubject(name, options, stop) : scenarioSubject(name, options, stop)

async function scenarioSubject(
  name: string,
  options: Omit<HoldOptions, 'runner'>,
  stop: AbortSignal,
): Promise<Subject> {
  const variant = chooseVariant(await loadScenario(name), options.variant)
  chooseFixes(variant, options.fix)
  return {
    name,
    variant: variant.name,
    async build(recipe) {
      const binary = await build({ ...recipe, module: targetModule, package: './cmd/target' })
      // What needs newer dependencies than this Go's is left out of the target.
      const { stdout } = await execa(binary, ['--list'])
      const faults: { name: string }[] = JSON.parse(stdout)
      if (!faults.some((fault) => fault.name === name))
        throw unsupported(`built with ${recipe.toolchain.version}, the target has no fault ${name}`)
      return async (env, reproduce) =>
        summary(await hold(name, { ...options, runner: 'native', target: { binary, env }, reproduce }, stop))
    },
  }
}

/** Healthy is what a program of anybody's is expected to be. */
async function programSubject(
  name: string,
  { collector, timeout, variant, fix }: Omit<HoldOptions, 'runner'>,
  stop: AbortSignal,
): Promise<Subject> {
  if (variant || fix.length) throw usage(`${name} is a Go program: it has no variants and no fixes`)
  const program = findProgram(name)
  return {
    name,
    variant: null,
    async build(recipe) {
      const binaries = await buildProgram(program, recipe)
      return async (env) => {
        const { verdict, class: spin, cause, rates, seconds } = await trial(binaries, { env, collector, timeout, stop })
        const outcome = ({ absent: 'pass', present: 'fail', 'no-data': 'inconclusive' } as const)[verdict]
        return {
          outcome,
          verdict,
          class: spin,
          phase: null,
          reasons: cause ? [cause] : [],
          rates,
          seconds,
          run: null,
        }
      }
    },
  }
}

function summary(result: ExperimentResult): CellRun {
  const titled = titledPhases(result)
  const fault = titled.find(({ phase }) => phase.name === 'fault') ?? titled[0]
  const telling = titled.find(({ phase }) => phase.outcome !== 'pass') ?? fault
  const { outcome, reasons, seconds, run } = result
  return {
    outcome,
    verdict: telling?.phase.verdict ?? 'no-data',
    class: telling?.phase.class ?? null,
    phase: telling?.title ?? null,
    reasons,
    rates: fault?.phase.rates ?? { cores: null, wakeups: null, progress: null },
    seconds,
    run,
  }
}
