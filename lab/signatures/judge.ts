import { remember } from '../remember.ts'
import type { Window } from '../windows/window.ts'
import { busyComputing } from './busy-computing.ts'
import { descriptorLeak } from './descriptor-leak.ts'
import { emptyWakeups } from './empty-wakeups.ts'
import { errorLoop } from './error-loop.ts'
import type { Evidence, Finding, SpinClass, Suspicion } from './finding.ts'
import { saturated } from './saturated.ts'
import { type Sight, see } from './sight.ts'
import { timers } from './timers.ts'
import { unconsumedReadiness } from './unconsumed-readiness.ts'
import { userlandLoop } from './userland-loop.ts'

export interface Judgement {
  verdict: 'spin' | 'healthy' | 'no-data'
  /** of the costliest spin */
  class: SpinClass | null
  /** the costliest first */
  findings: Finding[]
  /** cores that the whole process wants; 0 when nobody saw CPU */
  cores: number
  /** 0 to 1 */
  confidence: number
}

interface Weighed {
  suspicion: Suspicion
  spin: boolean
}

export interface JudgeOptions {
  /** windows of the same process when it was known to be sane: then a spin is what is new, however little it costs */
  baseline?: readonly Window[]
  /** Whoever asks the process for something is known, and asks for no long computation: a process that burns in silence spins. */
  unasked?: boolean
}

/** What futile work must cost to be a spin rather than a finding, where there is no baseline. A definition: a tenth of a core. */
export const SEVERE_CORES = 0.1
/** What is new beside a baseline: turns a second at least, and how many times those of the baseline. */
const NEW_RATE = 20
const NEW_RATIO = 4
/** The same for suspicions without a rate, in cores. */
const NEW_CORES = 0.02

/** Calls counted for less than this say nothing of a process that burns. */
const ENOUGH_SECONDS = 0.02

/** How sure each kind of evidence makes. */
const CONFIDENCE: Readonly<Record<Evidence, number>> = {
  counted: 0.97,
  sampled: 0.85,
  summed: 0.8,
  state: 0.7,
  absence: 0.6,
  silence: 0.6,
}

const ABSENCE: ReadonlySet<Evidence> = new Set(['absence', 'silence'])

const SIGNATURES = [errorLoop, unconsumedReadiness, emptyWakeups, userlandLoop]
const OTHERS = [descriptorLeak, busyComputing, timers, saturated]

/** Pure: what these windows of one observation amount to. */
export function judge(windows: readonly Window[], { baseline, unasked = false }: JudgeOptions = {}): Judgement {
  const sight = see(windows)
  const before = baseline?.length ? usual(baseline) : undefined
  const weighed = SIGNATURES.flatMap((signature) => signature(sight))
    .map((suspicion) => ({ suspicion, spin: before ? isNew(suspicion, sight, before) : isSevere(suspicion, unasked) }))
    .toSorted(byWeight)
  const worst = weighed.find(({ spin }) => spin)?.suspicion
  const verdict = weighLosses(sight, worst)
  return {
    verdict,
    class: verdict === 'spin' && worst ? worst.class : null,
    findings: [
      ...weighed.map(({ suspicion, spin }) => finding(suspicion, spin)),
      ...OTHERS.flatMap((signature) => signature(sight)).filter((other) => !isSaid(other, weighed)),
    ],
    cores: sight.cores ?? 0,
    confidence: verdict === 'no-data' ? 0 : worst ? CONFIDENCE[worst.evidence] : healthConfidence(sight),
  }
}

const alone = remember((options: JudgeOptions) => remember((window: Window) => judge([window], options)))
/**
 * One window. A phase is weighed again with every window that comes, so each is judged many times: for the same options, which must be the same
 * object, the answer is remembered.
 */
export const judgeAlone = (window: Window, options: JudgeOptions) => alone(options)(window)

/** Whoever computes an answer for long is as silent as a loop without an end: only who knows what is asked of it tells them apart. */
const isSevere = ({ cores, evidence }: Suspicion, unasked: boolean) =>
  (unasked || evidence !== 'silence') && (cores === undefined || cores >= SEVERE_CORES)

/** Spins first; what rests on nothing but absence yields to whatever else explains the same CPU; then by cost. */
function byWeight(a: Weighed, b: Weighed): number {
  const absent = ({ suspicion }: Weighed) => Number(ABSENCE.has(suspicion.evidence))
  return Number(b.spin) - Number(a.spin) || absent(a) - absent(b) || (b.suspicion.cores ?? 0) - (a.suspicion.cores ?? 0)
}

type Usual = (spin: SpinClass) => { rate: number; cores: number }
/** Rates and cores of each class of suspicion in the baseline. One baseline is asked for with every window of a run. */
const usual = remember((baseline: readonly Window[]): Usual => {
  const sight = see(baseline)
  const suspicions = SIGNATURES.flatMap((signature) => signature(sight))
  return (spin) => {
    const same = suspicions.filter((suspicion) => suspicion.class === spin)
    return {
      rate: same.reduce((sum, { turns }) => sum + turns, 0) / Math.max(sight.seconds, 1e-9),
      cores: same.reduce((sum, { cores }) => sum + (cores ?? 0), 0),
    }
  }
})

function isNew(suspicion: Suspicion, sight: Sight, before: Usual): boolean {
  const { rate, cores } = before(suspicion.class)
  if (suspicion.evidence === 'counted' || suspicion.evidence === 'summed')
    return suspicion.turns >= sight.seconds * Math.max(NEW_RATE, NEW_RATIO * rate)
  return (suspicion.cores ?? 0) >= Math.max(NEW_CORES, NEW_RATIO * cores)
}

/** What a suspicion explains already is not said again in weaker words. */
function isSaid({ name }: Finding, weighed: readonly Weighed[]): boolean {
  if (name === 'timers') return weighed.some(({ suspicion }) => suspicion.class === 'empty-wakeups')
  return (name === 'busy-computing' || name === 'saturated') && weighed.some(({ spin }) => spin)
}

/** Lost events count as whatever would have changed the verdict; and who burns unseen is not judged. */
function weighLosses(sight: Sight, worst: Suspicion | undefined): Judgement['verdict'] {
  if (worst) return sight.lost > worst.turns / 2 ? 'no-data' : 'spin'
  if (sight.seconds < ENOUGH_SECONDS && (sight.cores === undefined || sight.cores >= SEVERE_CORES)) return 'no-data'
  const hidden = (sight.cores ?? 1) * (sight.lost / Math.max(sight.lost + sight.events, 1))
  return hidden >= SEVERE_CORES ? 'no-data' : 'healthy'
}

function healthConfidence(sight: Sight): number {
  if (sight.cores !== undefined && sight.cores < SEVERE_CORES) return 0.99
  if (!sight.samples) return 0.6
  return sight.progress > 0 ? 0.9 : 0.7
}

function finding({ class: name, cause, cores, subject, numbers, text }: Suspicion, spin: boolean): Finding {
  return {
    name,
    spin,
    cause,
    ...(subject && { subject }),
    numbers: { ...numbers, ...(cores !== undefined && { cores }) },
    text,
  }
}
