import type { ExecutionTrace } from '../go-runtime/execution-trace.ts'
import { remember } from '../remember.ts'
import { decide } from '../signatures/decision.ts'
import { type JudgeOptions, judgeAlone } from '../signatures/judge.ts'
import type { Window } from '../windows/window.ts'
import { arrivalsOf } from './arrivals.ts'
import type { Facts } from './facts.ts'
import { ask, holdsSince } from './holds-since.ts'
import type { Phase } from './phases.ts'
import { rates } from './rates.ts'
import type { Outcome, PhaseResult, Verdict } from './result.ts'
import { summarise } from './sane.ts'
import type { Answer, Variant } from './scenario.ts'

/** Why a phase ended before its evidence sufficed. */
export type Cut = 'timeout' | 'interrupted' | Casualty
/** A process of the experiment that ended before its time. */
export type Casualty = 'target-ended' | 'client-ended' | 'observer-ended'

/** Everything that was seen of one phase; kept in the run folder, so that its verdict can be computed again. */
export interface Evidence {
  phase: Phase
  variant: Variant
  /** when what the phase begins with (chaos, a fix, a revert) was done; ms since the epoch */
  since: number
  /** of the primary observer, from the moment when the phase took effect */
  windows: readonly Window[]
  /** the same process before any chaos */
  baseline: readonly Window[]
  /** first: at the beginning; last: now */
  facts: readonly Facts[]
  /** of the server's Go runtime, taken when the phase was over, where the scenario asks for it; or why it cannot be read */
  trace?: ExecutionTrace | { missing: string }
  cut?: Cut
  /** what the target or client said last, when it ended */
  complaint?: string
}

/** Sane requests in a row that must be answered before a server counts as serving again. */
const SERVING = 5
/** Connections that must arrive while a standing fix is applied: none, and nothing was proven. */
const ARRIVALS = 10
/** A fix, a revert or an onset may take this long to bite (ms); what the windows show before that is its transition. */
const TRANSITION_MS = 1500
/** Goroutines that sane requests and the runtime itself come and go with. */
const SLACK = 8

/** Pure: what the evidence so far amounts to. `settled` when more of it would not change the answer. */
export const assess = remember((evidence: Evidence): { settled: boolean; result: PhaseResult } => {
  const { phase, variant, facts } = evidence
  const before = facts[0]
  const now = facts.at(-1)
  const condition = phase.name === 'baseline' ? null : ask(variant.condition, facts)
  const claim = phase.name === 'fixed' ? phase.fix?.effect : phase.name === 'fault' ? variant.effect : undefined
  const effect = claim ? ask(claim, facts) : null
  const counted = countedOf(evidence)
  const decision = decide(counted, beside(evidence.baseline))
  const verdict: Verdict = evidence.cut === 'target-ended' ? 'no-data' : (decision.verdict ?? 'no-data')

  const missing = shortcomings(evidence, condition, effect)
  if (evidence.cut) missing.push(cutReason(evidence, decision.verdict !== undefined))
  if (decision.verdict === 'no-data')
    missing.push({ outcome: 'inconclusive', text: 'the observer lost events, or saw too little' })
  else if (decision.verdict && decision.verdict !== phase.expected)
    missing.push({ outcome: 'fail', text: `expected ${phase.expected}, found ${decision.verdict}` })
  else if (decision.verdict === 'present' && decision.class !== phase.class)
    missing.push({ outcome: 'fail', text: `expected ${phase.class}, found ${decision.class}` })
  const finding = phase.name === 'fault' && variant.finding
  if (finding && decision.verdict && !decision.findings.some((found) => found.name === finding))
    missing.push({ outcome: 'fail', text: `expected the finding ${finding}` })

  const result: PhaseResult = {
    name: phase.name,
    fix: phase.fix?.name ?? null,
    cures: phase.fix?.cures ?? [],
    expected: phase.expected,
    verdict,
    class: decision.class,
    findings: decision.findings.map(({ name, text }) => ({ name, text })),
    outcome: worst(missing.map((lack) => lack.outcome)),
    reasons: missing.map((lack) => lack.text),
    pid: now?.target.pid ?? -1,
    goroutines: now?.target.goroutines ?? null,
    condition,
    effect,
    relief:
      phase.name === 'relapse' && phase.fix?.scope === 'one-shot' && counted[0]
        ? (counted[0].start - evidence.since) / 1000
        : null,
    chaos: now?.chaos
      ? {
          targetRate: now.chaos.targetRate,
          achievedRate: now.chaos.achievedRate,
          arrivals: arrivalsOf(facts),
          held: now.chaos.held,
          saturated: now.chaos.saturated,
        }
      : null,
    sane: summarise(now?.sane),
    // Of what the verdict rests on; where there is none, of all that was seen.
    rates: rates(counted.length ? counted : evidence.windows),
    collectors: [...new Set(evidence.windows.map((window) => window.collector))],
    lost: evidence.windows.reduce((sum, window) => sum + window.lost, 0),
    seconds: before && now ? (now.at - before.at) / 1000 : 0,
  }
  const refuted =
    decision.verdict !== undefined && decision.verdict !== 'no-data' && decision.verdict !== phase.expected
  return { settled: refuted || (decision.verdict !== undefined && missing.length === 0), result }
})

/** The same options for one baseline, each time. */
const beside = remember((baseline: readonly Window[]): JudgeOptions => ({ baseline }))

/** A cured server consumes what the condition counts, so there the arrivals alone show that the chaos goes on. */
const needsCondition = ({ name, expected }: Phase) =>
  name !== 'baseline' && (name !== 'fixed' || expected === 'present')

interface Shortcoming {
  outcome: 'fail' | 'inconclusive'
  text: string
}

/** What must be true beside the verdict before the phase counts. */
function shortcomings(
  { phase, variant, facts, cut }: Evidence,
  condition: Answer | null,
  effect: Answer | null,
): Shortcoming[] {
  const before = facts[0]
  const now = facts.at(-1)
  // Whether it would have come in the time that it is given, a phase that was cut short cannot say.
  const notYet = cut && cut !== 'timeout' ? 'inconclusive' : 'fail'
  if (!before || !now) return [{ outcome: 'inconclusive', text: 'nothing was seen of the target' }]
  const found: Shortcoming[] = []
  if (condition && !condition.holds && needsCondition(phase))
    found.push({ outcome: 'inconclusive', text: `the condition does not hold: ${condition.text}` })
  const arrivals = arrivalsOf(facts)
  if (phase.name === 'fixed' && phase.fix?.scope === 'standing' && arrivals < ARRIVALS)
    found.push({
      outcome: 'inconclusive',
      text: `${arrivals} ${now.chaos ? 'connections' : 'requests'} arrived, ${ARRIVALS} are needed`,
    })
  if (now.chaos?.saturated)
    found.push({
      outcome: 'inconclusive',
      text: `the chaos client is saturated: ${now.chaos.achievedRate} of ${now.chaos.targetRate} connections/s`,
    })
  if (phase.expected === 'absent' && now.sane.okInARow < SERVING)
    found.push({
      outcome: notYet,
      text: `sane requests do not succeed (${now.sane.ok} answered, ${now.sane.failed} failed)`,
    })
  if (variant.goroutines === 'flat' && phase.expected === 'present') {
    const grown = now.target.goroutines - before.target.goroutines
    if (grown > SLACK + arrivals / 10)
      found.push({
        outcome: 'fail',
        text: `goroutines grew by ${grown} while ${arrivals} connections arrived, expected flat`,
      })
  }
  if (effect && !effect.holds)
    found.push({
      outcome: notYet,
      text: `the ${phase.fix ? 'fix' : 'fault'} does not do what it claims: ${effect.text}`,
    })
  return [...found, ...strangeProcess(phase, before, now, notYet)]
}

/** One process throughout, unless the fix is a restart, which is taken back by a restart: then another one, and the old one gone. */
function strangeProcess(
  { name, fix }: Phase,
  before: Facts,
  now: Facts,
  notYet: Shortcoming['outcome'],
): Shortcoming[] {
  const changed = now.target.pid !== before.target.pid
  const restarted = (name === 'fixed' || name === 'relapse') && fix?.restarts === true
  if (changed && !restarted)
    return [{ outcome: 'fail', text: `the pid changed from ${before.target.pid} to ${now.target.pid}` }]
  if (restarted && !changed) return [{ outcome: notYet, text: `no successor: the pid is still ${now.target.pid}` }]
  if (now.predecessor) return [{ outcome: notYet, text: `the old process ${now.predecessor} is still there` }]
  return []
}

function cutReason({ cut, complaint, phase }: Evidence, decided: boolean): Shortcoming {
  if (cut === 'target-ended') return { outcome: 'fail', text: `the target died: ${complaint || 'without a word'}` }
  if (cut === 'client-ended' || cut === 'observer-ended')
    return { outcome: 'inconclusive', text: `${cut.replace('-', ' ')}: ${complaint || 'without a word'}` }
  if (cut === 'interrupted') return { outcome: 'inconclusive', text: 'interrupted' }
  return {
    outcome: 'inconclusive',
    text: decided
      ? 'the time limit passed'
      : `the time limit passed with no decision whether the spin is ${phase.expected}`,
  }
}

/** The windows that the verdict rests on: from the moment the condition holds, without the transition. */
function countedOf({ phase, variant, since, windows, facts, baseline }: Evidence): readonly Window[] {
  // No condition, no verdict: what the windows show then is not the fault.
  const held = needsCondition(phase) ? holdsSince(variant.condition, facts) : since
  if (held === undefined) return []
  const start = Math.max(since, held)
  const later = windows.filter((window) => window.start >= start)
  const settledAt = later.findIndex(
    (window) =>
      window.start - start > TRANSITION_MS ||
      (judgeAlone(window, beside(baseline)).verdict === 'spin') === (phase.expected === 'present'),
  )
  return settledAt < 0 ? [] : later.slice(settledAt)
}

export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('fail')) return 'fail'
  return outcomes.includes('inconclusive') ? 'inconclusive' : 'pass'
}

/** How many there are of each. */
export function countOutcomes(outcomes: readonly Outcome[]): Record<Outcome, number> {
  const of = (outcome: Outcome) => outcomes.filter((one) => one === outcome).length
  return { pass: of('pass'), fail: of('fail'), inconclusive: of('inconclusive') }
}
