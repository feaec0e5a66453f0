import type { Collector } from '../collectors/collector.ts'
import { broken } from '../errors.ts'
import type { Stage } from '../stage/stage.ts'
import type { Evidence } from './assess.ts'
import { controlsFromStart } from './from-start.ts'
import { holdVariant } from './hold-variant.ts'
import type { Eyes } from './observer.ts'
import { openSubject } from './open-subject.ts'
import type { ExperimentRecord, SubjectRecord, WitnessRecord } from './record.ts'
import type { PhaseResult } from './result.ts'
import type { PhaseLimits } from './run-phase.ts'
import type { Fix, NamedScenario, Variant } from './scenario.ts'

/** Inside the stage nothing else listens. The controls run side by side, each on the next port. */
const PORT = 8443
/** Controls at a time: each has clients of its own, which must keep their schedule. */
const SIDE_BY_SIDE = 3

export interface ExperimentPlan {
  scenario: NamedScenario
  variant: Variant
  fixes: readonly Fix[]
  /** those of them that a control is started with */
  fromStart?: readonly Fix[]
  seed: number
  limits: PhaseLimits
}

/** What an experiment is held with. */
export interface Equipment {
  stage: Stage
  /** judge every phase */
  eyes: Eyes
  /** look shortly, after the fault and after the first cure */
  witnesses: readonly Collector[]
  progress: Progress
  /** stores what is seen, as soon as it is complete */
  recorder: Recorder
}

/** Told of each step, for whoever waits. */
export interface Progress {
  begins(title: string): void
  ends(title: string, result: PhaseResult): void
}

export interface Recorder {
  phase(variant: string, index: number, evidence: Evidence): void
  witness(record: WitnessRecord, raw: readonly string[]): void
}

/** Holds the whole experiment: the main variant with all its phases, then the controls under the same chaos. */
export async function experiment(plan: ExperimentPlan, equipment: Equipment): Promise<ExperimentRecord> {
  await using leaving = new AsyncDisposableStack()
  const opened = await openSubject(plan, plan.variant, PORT, equipment, leaving)
  const main = await holdVariant(plan, plan.variant, plan.fixes, opened, equipment, leaving)
  const alone = leaving.disposeAsync()
  return {
    main: main.subject,
    controls: (await everyEnd([holdControls(plan, main.subject, equipment, alone), alone]))[0],
    witnesses: main.witnesses,
    overhead: main.overhead,
    interrupted: plan.limits.stop.aborted,
  }
}

/** They get ready while the main variant leaves, and begin when they are `alone`. */
async function holdControls(
  plan: ExperimentPlan,
  main: SubjectRecord,
  equipment: Equipment,
  alone: Promise<void>,
): Promise<SubjectRecord[]> {
  if (plan.limits.stop.aborted) return []
  const variants = [...controlsOf(plan), ...controlsFromStart(main, plan.fromStart ?? [])]
  const untraced = { ...plan, scenario: { ...plan.scenario, trace: false } }
  const records: SubjectRecord[] = []
  for (let i = 0; i < variants.length; i += SIDE_BY_SIDE) {
    const some = variants.slice(i, i + SIDE_BY_SIDE)
    const held = some.map(async (variant, port) => {
      await using leaving = new AsyncDisposableStack()
      const opened = await openSubject(untraced, variant, PORT + 1 + port, equipment, leaving)
      await alone
      return (await holdVariant(untraced, variant, [], opened, { ...equipment, witnesses: [] }, leaving)).subject
    })
    records.push(...(await everyEnd(held)))
  }
  return records
}

/** What one throws is thrown when the others have left as well: they stand on the same stage. */
async function everyEnd<T extends readonly unknown[] | []>(running: T) {
  await Promise.allSettled(running)
  return await Promise.all(running)
}

function controlsOf({ scenario, variant }: ExperimentPlan): Variant[] {
  return scenario.controls
    .filter((name) => name !== variant.name)
    .map((name) => {
      const control = scenario.variants.find((candidate) => candidate.name === name)
      if (!control) throw broken(`scenario ${scenario.name} names the control ${name}, which is none of its variants`)
      return control
    })
}
