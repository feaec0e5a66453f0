import { DECIDED } from '../signatures/decision.ts'
import { judge } from '../signatures/judge.ts'
import { assess, worst } from './assess.ts'
import { phaseTitle } from './phases.ts'
import type { ExperimentRecord, SubjectRecord, WitnessRecord } from './record.ts'
import type { Conclusion, ControlResult, PhaseResult, WitnessResult } from './result.ts'
import type { Scenario } from './scenario.ts'

/** Pure: the same record gives the same conclusion, whether it was seen just now or read from a run folder. */
export function conclude(record: ExperimentRecord, scenario: Scenario): Conclusion {
  const phases = results(record.main)
  const controls = record.controls.map(concludeControl)
  const witnesses = record.witnesses.map(concludeWitness)
  const reasons = [
    ...phases.flatMap((phase) => reasonsOf(phase)),
    ...controls.flatMap((control) =>
      control.phases.flatMap((phase) => reasonsOf(phase, `control ${control.variant}, `)),
    ),
    ...witnesses
      .filter((witness) => !witness.agrees)
      .map((witness) => `${witness.collector} disagrees in ${witness.phase}: ${witness.verdict}`),
  ]
  const outcomes = [...phases, ...controls].map((part) => part.outcome)
  // A witness that saw the opposite makes the eyes doubtful, not the server sick.
  if (record.interrupted || witnesses.some((witness) => !witness.agrees)) outcomes.push('inconclusive')
  return {
    outcome: worst(outcomes),
    interrupted: record.interrupted,
    reasons,
    phases,
    handshakes: record.main.handshakes ?? null,
    exhibit: scenario.exhibit?.(record.main.phases) ?? null,
    controls,
    witnesses,
    overhead: record.overhead,
  }
}

const results = (subject: SubjectRecord) => subject.phases.map((evidence) => assess(evidence).result)

function concludeControl(subject: SubjectRecord): ControlResult {
  const phases = results(subject)
  return {
    variant: subject.variant.name,
    title: subject.variant.title,
    outcome: worst(phases.map((phase) => phase.outcome)),
    phases,
    handshakes: subject.handshakes ?? null,
  }
}

function concludeWitness({ collector, intrusive, phase, expected, windows, baseline }: WitnessRecord): WitnessResult {
  const relative = judge(windows, { baseline })
  // The baseline is another observer's, who counts otherwise: what is new beside it must cost something, too, to contradict that nothing is there.
  const judgement = expected === 'absent' && relative.verdict === 'spin' ? judge(windows) : relative
  // A loop without a system call, and one that a healthy half of the process hides, may be out of its sight: then it can neither agree nor
  // disagree.
  const lacks = (part: 'stacks' | 'process' | 'descriptors') => !windows.some((window) => window[part])
  // Samples are weighed by the cores of the process.
  const needed = phase.class === 'userland-loop' ? (['stacks', 'process'] as const) : (['descriptors'] as const)
  const blind = expected === 'present' && (intrusive || needed.some(lacks))
  const seen = DECIDED[judgement.verdict]
  const verdict = blind && seen === 'absent' ? 'no-data' : seen
  return {
    collector,
    phase: phaseTitle(phase),
    verdict,
    class: judgement.class,
    // Who could not see does not contradict.
    agrees: verdict === expected || verdict === 'no-data',
    findings: judgement.findings.map(({ name, text }) => ({ name, text })),
    lost: windows.reduce((sum, window) => sum + window.lost, 0),
  }
}

const reasonsOf = (phase: PhaseResult, where = '') =>
  phase.reasons.map(
    (reason) => `${where}${phaseTitle({ name: phase.name, fix: phase.fix ? { name: phase.fix } : null })}: ${reason}`,
  )
