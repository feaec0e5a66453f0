import type { Window } from '../windows/window.ts'
import type { Finding, SpinClass } from './finding.ts'
import { type Judgement, type JudgeOptions, judge, judgeAlone, SEVERE_CORES } from './judge.ts'
import { see } from './sight.ts'
import { sum } from './sums.ts'

export interface Decision {
  /** undefined: keep watching */
  verdict: 'present' | 'absent' | 'no-data' | undefined
  class: SpinClass | null
  findings: Finding[]
}

/** What is decided where one judgement is all there is. */
export const DECIDED = { spin: 'present', healthy: 'absent', 'no-data': 'no-data' } as const

/** Chance of calling a healthy process sick, and a sick one healthy, if looks are independent. */
export const ALPHA = 0.001
export const BETA = 0.001

/** Share of looks that show a spin: at most in a healthy process, at least in a spinning one. */
const HEALTHY = 0.02
const SPINNING = 0.9

/** Samples of CPU time that a look must hold of a process that burns, before the absence of a spin among them says anything. */
const SAMPLES = 10
/** So many looks that burnt without progress and without a finding are judged together. */
const UNEXPLAINED = 5
/** A look ends after so many windows, whatever it holds; so many that saw nothing are no data. */
const LOOK = 10
/** A rate that rests on fewer turns is a guess, more than 10 % off: one failed call in a window of 30 ms is 33 a second. */
const FEW = 100

/**
 * Wald's sequential probability ratio test. The windows are cut into looks that hold enough to be judged; each shows a spin or not, and the
 * evidence adds up until one side is 1000 times as likely: two looks more for a spin than against, four for health.
 */
export function decide(windows: readonly Window[], options: JudgeOptions = {}): Decision {
  const upper = Math.log((1 - BETA) / ALPHA)
  const lower = Math.log(BETA / (1 - ALPHA))
  const whole = judge(windows, options)
  const { findings } = whole
  let evidence = 0
  let blind = 0
  let unexplained = 0
  for (const { look, seen } of looks(windows, options)) {
    if (seen.verdict === 'no-data') {
      blind++
      continue
    }
    // A process that burns without any progress is not healthy for want of a finding in one short look.
    if (seen.verdict === 'healthy' && seen.cores >= SEVERE_CORES && see(look).progress === 0) {
      unexplained++
      continue
    }
    const shown = seen.findings.some(({ spin }) => spin)
    evidence += Math.log(shown ? SPINNING / HEALTHY : (1 - SPINNING) / (1 - HEALTHY))
    if (evidence >= upper && whole.verdict === 'spin') return { verdict: 'present', class: whole.class, findings }
    if (evidence <= lower) return { verdict: 'absent', class: null, findings }
  }
  if (unexplained >= UNEXPLAINED) return { verdict: DECIDED[whole.verdict], class: whole.class, findings }
  return { verdict: blind > 0 && evidence === 0 ? 'no-data' : undefined, class: null, findings }
}

/** Cuts windows into looks; what is left at the end is not looked at yet. */
function* looks(windows: readonly Window[], options: JudgeOptions): Generator<{ look: Window[]; seen: Judgement }> {
  let look: Window[] = []
  for (const window of windows) {
    look.push(window)
    const whole = look.length === LOOK
    if (!whole && !suffices(look)) continue
    const seen = look.length === 1 ? judgeAlone(window, options) : judge(look, options)
    if (!whole && isGuess(seen, look)) continue
    yield { look, seen }
    look = []
  }
}

/** All that it takes for a spin are a few turns. */
function isGuess({ verdict, findings }: Judgement, look: readonly Window[]): boolean {
  const few = FEW / see(look).seconds
  return verdict === 'spin' && findings.every(({ spin, numbers: { turns } }) => !spin || (turns ?? few) < few)
}

/** Calls were counted, and of a process that burns, enough CPU samples were taken, if they are taken at all. */
function suffices(look: readonly Window[]): boolean {
  if (!look.some((window) => window.calls || window.waits)) return false
  const stacks = look.flatMap((window) => window.stacks ?? [])
  const cores = Math.max(...look.map(({ process }) => (process ? process.cpu + process.runQueue : 0)))
  return (
    !look.some((window) => window.stacks) ||
    cores < SEVERE_CORES ||
    sum(stacks.map(({ samples }) => samples)) >= SAMPLES
  )
}
