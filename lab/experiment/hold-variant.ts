import type { Window } from '../windows/window.ts'
import { assess } from './assess.ts'
import { beginPhase } from './begin-phase.ts'
import { callWitnesses, deservesWitnesses } from './call-witnesses.ts'
import type { ObserverCost } from './cost.ts'
import type { Equipment, ExperimentPlan } from './experiment.ts'
import { HandshakeCounter } from './handshakes.ts'
import type { OpenSubject } from './open-subject.ts'
import { type Phase, phaseTitle, planPhases } from './phases.ts'
import type { SubjectRecord, WitnessRecord } from './record.ts'
import { runPhase } from './run-phase.ts'
import type { Fix, Variant } from './scenario.ts'
import { unlessLost } from './unless-lost.ts'

export interface VariantRecord {
  subject: SubjectRecord
  witnesses: WitnessRecord[]
  overhead: Record<string, ObserverCost>
}

/** All phases of one server, which then is left running: `leaving` ends it. */
export async function holdVariant(
  plan: ExperimentPlan,
  variant: Variant,
  fixes: readonly Fix[],
  { subject, treatment }: OpenSubject,
  equipment: Equipment,
  leaving: AsyncDisposableStack,
): Promise<VariantRecord> {
  const { stage, progress, recorder } = equipment
  const { scenario, limits } = plan
  subject.startTraffic()
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
    const evidence = trace ? { ...seen, trace } : seen
    const { result } = assess(evidence)
    record.subject.phases.push(evidence)
    recorder.phase(variant.name, index, evidence)
    progress.ends(title, result)
    if (phase.name === 'baseline') {
      baseline = evidence.windows
      if (scenario.handshakes) counter = counting.use(new HandshakeCounter(stage.tracer, subject.pid))
    }
    if (subject.casualty || limits.stop.aborted) break
    if (equipment.witnesses.length && result.outcome === 'pass' && deservesWitnesses(record, phase))
      // A target that dies while somebody looks is a matter of the next phase, which says so.
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
