import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { broken, usage } from '../errors.ts'
import { ObserverCost } from '../experiment/cost.ts'
import { Facts } from '../experiment/facts.ts'
import { controlsFromStart } from '../experiment/from-start.ts'
import { Handshakes } from '../experiment/handshakes.ts'
import { chooseFixes, phaseTitle, planPhases } from '../experiment/phases.ts'
import type { ExperimentRecord, SubjectRecord } from '../experiment/record.ts'
import type { NamedScenario, Variant } from '../experiment/scenario.ts'
import { ExecutionTrace } from '../go-runtime/execution-trace.ts'
import { Window } from '../windows/window.ts'
import { Manifest } from './manifest.ts'

const place = { variant: z.string(), phase: z.number().int() }
const PhaseLine = z.object({
  ...place,
  since: z.number(),
  cut: z.enum(['timeout', 'interrupted', 'target-ended', 'client-ended', 'observer-ended']).optional(),
  complaint: z.string().optional(),
  trace: z.union([ExecutionTrace, z.object({ missing: z.string() })]).optional(),
})
const WindowLine = z.object({ ...place, window: Window })
const FactsLine = z.object({ ...place, facts: Facts })
const WitnessLine = z.object({
  collector: z.string(),
  intrusive: z.boolean().optional(),
  phase: z.string(),
  expected: z.enum(['present', 'absent', 'no-data']),
  windows: z.array(Window),
})

const Measured = z.object({
  overhead: z.record(z.string(), ObserverCost),
  handshakes: z.record(z.string(), z.union([Handshakes, z.object({ missing: z.string() })])),
})

export function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json')
  if (!existsSync(path))
    throw usage(`"${folder}" is not a run folder: it holds no manifest.json; try artifacts/SCENARIO/latest`)
  return parse(path, readFileSync(path, 'utf8'), Manifest)
}

/** The experiment as it was seen, so that it can be judged again. */
export function readRecord(folder: string, manifest: Manifest, scenario: NamedScenario): ExperimentRecord {
  const lines = {
    phases: readLines(folder, 'phases.jsonl', PhaseLine),
    windows: readLines(folder, 'windows.jsonl', WindowLine),
    facts: readLines(folder, 'facts.jsonl', FactsLine),
  }
  const path = join(folder, 'measured.json')
  const measured = existsSync(path)
    ? parse(path, readFileSync(path, 'utf8'), Measured)
    : { overhead: {}, handshakes: {} }
  const subject = (variant: Variant, fixes: readonly string[]): SubjectRecord => {
    const { name } = variant
    const plan = planPhases(scenario, variant, chooseFixes(variant, fixes))
    const phases: SubjectRecord['phases'] = []
    for (const { since, cut, complaint, trace, phase: index } of lines.phases.filter((line) => line.variant === name)) {
      const phase = plan[index]
      if (!phase) throw broken(`${folder}: phase ${index} of ${name} is not in the plan of ${scenario.name}`)
      const here = (line: { variant: string; phase: number }) => line.variant === name && line.phase === index
      phases.push({
        phase,
        variant,
        since,
        windows: lines.windows.filter(here).map((line) => line.window),
        facts: lines.facts.filter(here).map((line) => line.facts),
        baseline: phases[0]?.windows ?? [],
        ...(cut && { cut }),
        ...(complaint && { complaint }),
        ...(trace && { trace }),
      })
    }
    const handshakes = measured.handshakes[name]
    return { variant, phases, ...(handshakes && { handshakes }) }
  }
  const main = subject(variantOf(scenario, manifest.variant), manifest.fixes)
  const controls = [
    ...scenario.controls.filter((name) => name !== manifest.variant).map((name) => variantOf(scenario, name)),
    ...controlsFromStart(main, main.variant.fixes),
  ].filter(({ name }) => lines.phases.some((line) => line.variant === name))
  return {
    main,
    controls: controls.map((control) => subject(control, [])),
    witnesses: readLines(folder, 'witnesses.jsonl', WitnessLine).flatMap(({ phase: title, ...witness }) => {
      const evidence = main.phases.find((candidate) => phaseTitle(candidate.phase) === title)
      return evidence ? { ...witness, phase: evidence.phase, baseline: evidence.baseline } : []
    }),
    overhead: measured.overhead,
    interrupted: main.phases.some((evidence) => evidence.cut === 'interrupted'),
  }
}

function variantOf(scenario: NamedScenario, name: string): Variant {
  const variant = scenario.variants.find((candidate) => candidate.name === name)
  if (!variant) throw broken(`the run has the variant ${name}, which scenario ${scenario.name} has no more`)
  return variant
}

function readLines<T>(folder: string, name: string, schema: z.ZodType<T>): T[] {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line, i) => parse(`${path}:${i + 1}`, line, schema))
}

function parse<T>(where: string, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw broken(`${where} cannot be read: ${(error as Error).message.split('\n')[0]}`, error)
  }
}
