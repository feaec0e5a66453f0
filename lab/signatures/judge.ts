import type { Window } from '../windows/window.ts'
import { descriptorLeak } from './descriptor-leak.ts'
import { emptyWakeups } from './empty-wakeups.ts'
import { errorLoop } from './error-loop.ts'
import type { Finding, SpinClass, Suspicion } from './finding.ts'
import { type Sight, see } from './sight.ts'
import { unconsumedReadiness } from './unconsumed-readiness.ts'
import { userlandLoop } from './userland-loop.ts'

export interface Judgement {
  verdict: 'spin' | 'healthy' | 'no-data'
  /** of the costliest spin */
  class: SpinClass | null
  /** the costliest first */
  findings: Finding[]
  /** CPU plus run-queue wait of the whole process, cores; 0 when nobody saw CPU */
  cores: number
  /** 0 to 1 */
  confidence: number
}

export interface JudgeOptions {
  /** windows of the same process when it was known to be sane: then a spin is what is new, however little it costs */
  baseline?: readonly Window[]
}

/** Below this, futile work is a finding and no spin, unless there is a baseline to compare with. A definition: a tenth of a core. */
export const SEVERE_CORES = 0.1
/** Beside a baseline: futile turns a second, and how many times those of the baseline. */
const NEW_RATE = 20
const NEW_RATIO = 4

const SIGNATURES = [errorLoop, unconsumedReadiness, emptyWakeups, userlandLoop]

/** Pure: what these windows of one observation amount to. */
export function judge(windows: readonly Window[], { baseline }: JudgeOptions = {}): Judgement {
  const sight = see(windows)
  const before = baseline?.length ? see(baseline) : undefined
  const suspicions = suspect(sight)
  const usual = before ? suspect(before) : undefined
  const weighed = suspicions
    .map((suspicion) => ({ suspicion, spin: isSpin(suspicion, sight, usual, before) }))
    .toSorted((a, b) => Number(b.spin) - Number(a.spin) || weight(b.suspicion) - weight(a.suspicion))
  const worst = weighed.find(({ spin }) => spin)
  const verdict = verdictOf(sight, worst?.suspicion)
  return {
    verdict,
    class: verdict === 'spin' ? (worst?.suspicion.class ?? null) : null,
    findings: [...weighed.map(({ suspicion, spin }) => finding(suspicion, spin)), ...descriptorLeak(sight)],
    cores: sight.cores ?? 0,
    confidence: verdict === 'no-data' ? 0 : 0.9,
  }
}

const suspect = (sight: Sight): Suspicion[] => SIGNATURES.flatMap((signature) => signature(sight))
const weight = ({ cores, turns }: Suspicion) => (cores ?? 0) + turns * 1e-12

function isSpin(
  suspicion: Suspicion,
  sight: Sight,
  usual: readonly Suspicion[] | undefined,
  before: Sight | undefined,
) {
  if (!usual || !before) return suspicion.cores === undefined ? true : suspicion.cores >= SEVERE_CORES
  if (sight.seconds === 0) return (suspicion.cores ?? 0) >= SEVERE_CORES
  const rate = suspicion.turns / sight.seconds
  const same = usual.filter((other) => other.class === suspicion.class)
  const usualRate = before.seconds ? same.reduce((sum, other) => sum + other.turns, 0) / before.seconds : 0
  return rate >= NEW_RATE && rate >= NEW_RATIO * usualRate
}

/** Lost events are taken for whatever would have changed the verdict. */
function verdictOf(sight: Sight, worst: Suspicion | undefined): Judgement['verdict'] {
  if (worst) return sight.lost > worst.turns / 2 ? 'no-data' : 'spin'
  if (sight.seconds === 0 && !sight.process) return 'no-data'
  const hidden = (sight.cores ?? 1) * (sight.lost / Math.max(sight.lost + sight.events, 1))
  return sight.lost > 0 && hidden >= SEVERE_CORES ? 'no-data' : 'healthy'
}

function finding({ class: name, cores, subject, numbers, text }: Suspicion, spin: boolean): Finding {
  return {
    name,
    spin,
    ...(subject && { subject }),
    numbers: { ...numbers, ...(cores !== undefined && { cores }) },
    text,
  }
}
