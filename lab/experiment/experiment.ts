import { setTimeout as delay } from 'node:timers/promises'
import type { Collector } from '../collectors/collector.ts'
import { broken } from '../errors.ts'
import { layHand } from '../healing/lay-hand.ts'
import type { Stage } from '../stage/stage.ts'
import type { TargetState } from '../stage/target-state.ts'
import type { Window } from '../windows/window.ts'
import { aim } from './aim.ts'
import type { Evidence } from './assess.ts'
import { assess } from './assess.ts'
import { beginPhase } from './begin-phase.ts'
import type { ObserverCost } from './cost.ts'
import { controlsFromStart } from './from-start.ts'
import { HandshakeCounter } from './handshakes.ts'
import type { Eyes } from './observer.ts'
import { type Phase, phaseTitle, planPhases } from './phases.ts'
import type { ExperimentRecord, SubjectRecord, WitnessRecord } from './record.ts'
import type { PhaseResult } from './result.ts'
import { type PhaseLimits, runPhase } from './run-phase.ts'
import type { Fix, NamedScenario, Variant } from './scenario.ts'
import { Subject } from './subject.ts'
import { Treatment } from './treatment.ts'
import { costs, type Look, look } from './witness.ts'

/** Inside the stage nothing else listens. The controls run side by side, each on the next port. */
const PORT = 8443
/** Controls at a time: each has clients of its own, which must keep their schedule. */
const SIDE_BY_SIDE = 3
/** A line of the scheduler each 100 ms, on standard error. */
const SCHEDTRACE = 'schedtrace=100'
/** A process that has ended refuses questions a moment before its end is known (ms). */
const NOTICE_MS = 100

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
  const main = await runVariant(plan, plan.variant, plan.fixes, PORT, equipment, leaving)
  const alone = leaving.disposeAsync()
  const [controls] = await Promise.all([runControls(plan, main.subject, equipment, alone), alone])
  return {
    main: main.subject,
    controls,
    witnesses: main.witnesses,
    overhead: main.overhead,
    interrupted: plan.limits.stop.aborted,
  }
}

/** They start while the main variant leaves: `alone` is when it is gone. */
async function runControls(
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
      return await runVariant(untraced, variant, [], PORT + 1 + port, { ...equipment, witnesses: [] }, leaving, alone)
    })
    records.push(...(await Promise.all(held)).map(({ subject }) => subject))
  }
  return records
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

interface VariantRecord {
  subject: SubjectRecord
  witnesses: WitnessRecord[]
  overhead: Record<string, ObserverCost>
}

/** All phases of one server, which then is left running: `leaving` ends it. None begins before it is `alone`. */
async function runVariant(
  plan: ExperimentPlan,
  variant: Variant,
  fixes: readonly Fix[],
  port: number,
  equipment: Equipment,
  leaving: AsyncDisposableStack,
  alone?: Promise<void>,
): Promise<VariantRecord> {
  const { stage, eyes, progress, recorder } = equipment
  const { scenario, seed, limits } = plan
  const target = await stage.start({
    fault: scenario.name,
    variant: variant.begins?.variant ?? variant.name,
    ...(variant.begins && { fix: variant.begins.fix }),
    listen: `127.0.0.1:${port}`,
    set: variant.settings ?? {},
    ...(scenario.go && { godebug: SCHEDTRACE }),
  })
  const subject = leaving.use(new Subject(stage, target, eyes))
  if (scenario.go) subject.askGo()
  const treatment = new Treatment(subject, stage.tracer)
  agree(variant, await target.state())
  if (variant.nofile) await layHand(stage.tracer, target.pid, { fix: 'raise-nofile', nofile: variant.nofile })
  const ca = `${stage.scratch}/certificates/ca.pem`
  const { sane, company, chaos } = aim(scenario, variant, { to: target.listen, seed, ca })
  subject.startSane(sane)
  if (company) subject.startCompany(company)
  if (chaos) subject.prepareChaos(chaos)
  await alone

  await using counting = new AsyncDisposableStack()
  const record: VariantRecord = { subject: { variant, phases: [] }, witnesses: [], overhead: {} }
  let baseline: readonly Window[] = []
  let counter: HandshakeCounter | undefined
  for (const [index, phase] of planPhases(scenario, variant, fixes).entries()) {
    const title = `${variant.name}: ${phaseTitle(phase)}`
    progress.begins(title)
    const seen = await runPhase(subject, variant, phase, () => beginPhase(phase, subject, treatment), baseline, limits)
    // After the phase, so that what it costs is in none of its windows.
    const trace =
      scenario.trace && !seen.cut && isNews(record, phase)
        ? await subject.trace().catch((error) => unlessLost(subject, error))
        : undefined
    const evidence = { ...seen, ...(trace && { trace }) }
    const { result } = assess(evidence)
    record.subject.phases.push(evidence)
    recorder.phase(variant.name, index, evidence)
    progress.ends(title, result)
    if (phase.name === 'baseline') {
      baseline = evidence.windows
      if (scenario.handshakes) counter = counting.use(new HandshakeCounter(stage.tracer, target.pid))
    }
    if (subject.casualty || limits.stop.aborted) break
    if (equipment.witnesses.length && result.outcome === 'pass' && deservesWitnesses(record, phase))
      await callWitnesses(record, subject, result, baseline, equipment, leaving).catch((error) =>
        unlessLost(subject, error),
      )
  }
  if (counter) {
    await counting.disposeAsync()
    record.subject.handshakes = counter.result
  }
  return record
}

/** Its like has not been traced: baseline, fault and the first fix tell, and the others repeat them. */
const isNews = ({ subject }: VariantRecord, { name }: Phase) =>
  name !== 'relapse' && !subject.phases.some(({ phase, trace }) => trace && phase.name === name)

/** The fault, and the first phase in which it is cured. */
function deservesWitnesses(record: VariantRecord, phase: Phase): boolean {
  const seen = record.witnesses.map((witness) => witness.phase.name)
  return (
    !seen.includes(phase.name) && (phase.name === 'fault' || (phase.name === 'fixed' && phase.expected === 'absent'))
  )
}

/** A target that dies while somebody looks is a matter of the next phase, which says so. */
async function unlessLost(subject: Subject, error: unknown) {
  await delay(NOTICE_MS)
  if (!subject.casualty) throw error
}

async function callWitnesses(
  record: VariantRecord,
  subject: Subject,
  result: PhaseResult,
  baseline: readonly Window[],
  { stage, eyes: { primary, process }, witnesses, recorder }: Equipment,
  leaving: AsyncDisposableStack,
) {
  const phase = record.subject.phases.at(-1)?.phase
  if (!phase) return
  const seen = record.subject.phases.flatMap(({ windows }) => windows)
  const called = witnesses.map(
    (collector): Look => ({
      name: collector.name,
      async look(leaving) {
        const raw: string[] = []
        const capture = (line: string) => void raw.push(line)
        const windows = await look(subject, stage.tracer, { collector, process }, seen, capture, leaving)
        const { name, intrusive } = collector
        const witness: WitnessRecord = {
          collector: name,
          intrusive,
          phase,
          expected: result.verdict,
          windows,
          baseline,
        }
        record.witnesses.push(witness)
        recorder.witness(witness, raw)
        return windows
      },
    }),
  )
  if (phase.name !== 'fault') {
    await subject.observer.detach()
    for (const witness of called) await witness.look(leaving)
    return
  }
  // What an observer costs is asked of the burning server: there a slowed turn shows.
  record.overhead = await costs(subject, primary.name, called)
}

/** The scenario and the target must mean the same fixes: whoever edits one alone hears of it here. */
function agree(variant: Variant, state: TargetState) {
  const words = (fix: { name: string; cures: readonly string[]; scope: string }, reversible: boolean) =>
    `${fix.name} (${fix.scope}, ${reversible ? '' : 'ir'}reversible, cures ${fix.cures.join('+')})`
  const offered = state.fixes.map((fix) => words(fix, fix.reversible))
  const unknown = variant.fixes
    .filter((fix) => !fix.outside)
    .map((fix) => words(fix, !fix.irreversible))
    .filter((fix) => !offered.includes(fix))
  if (unknown.length)
    throw broken(`the target's ${variant.name} does not offer ${unknown.join(', ')}; it offers ${offered.join(', ')}`)
}
