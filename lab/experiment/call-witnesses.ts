import type { Window } from '../windows/window.ts'
import type { Equipment } from './experiment.ts'
import type { VariantRecord } from './hold-variant.ts'
import type { Phase } from './phases.ts'
import type { WitnessRecord } from './record.ts'
import type { PhaseResult } from './result.ts'
import type { Subject } from './subject.ts'
import { costs, type Look, look } from './witness.ts'

/** The fault, and the first phase in which it is cured. */
export function deservesWitnesses(record: VariantRecord, phase: Phase): boolean {
  const seen = record.witnesses.map((witness) => witness.phase.name)
  return (
    !seen.includes(phase.name) && (phase.name === 'fault' || (phase.name === 'fixed' && phase.expected === 'absent'))
  )
}

/** All of them look, one after the other; in the fault it is measured what that costs. */
export async function callWitnesses(
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
