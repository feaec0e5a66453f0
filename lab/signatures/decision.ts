import type { Window } from '../windows/window.ts'
import type { Finding, SpinClass } from './finding.ts'
import { judge } from './judge.ts'

export interface Decision {
  /** undefined: keep watching */
  verdict: 'present' | 'absent' | 'no-data' | undefined
  class: SpinClass | null
  findings: Finding[]
}

/** Chance of calling a healthy process sick, and a sick one healthy. */
export const ALPHA = 0.001
export const BETA = 0.001

/**
 * Share of single windows that show a spin: at most in a healthy process, at least in a spinning one. On recorded windows the first was 0 and the second 1;
 * both are given room, because a window may fall into a pause.
 */
const HEALTHY = 0.02
const SPINNING = 0.9

/**
 * Wald's sequential probability ratio test over windows: each one shows a spin or not, and the evidence adds up until one side is
 * 1000 times as likely as the other (two windows that agree on a spin, four on health). Windows that saw too little do not count.
 */
export function decide(
  windows: readonly Window[],
  { baseline, expectedClass }: { baseline?: readonly Window[]; expectedClass?: SpinClass } = {},
): Decision {
  const options = baseline ? { baseline } : {}
  const upper = Math.log((1 - BETA) / ALPHA)
  const lower = Math.log(BETA / (1 - ALPHA))
  const whole = judge(windows, options)
  let evidence = 0
  let blind = 0
  for (const window of windows) {
    const { verdict, findings } = judge([window], options)
    if (verdict === 'no-data') blind++
    else {
      const shown = findings.some(({ spin, name }) => spin && (!expectedClass || name === expectedClass))
      evidence += Math.log(shown ? SPINNING / HEALTHY : (1 - SPINNING) / (1 - HEALTHY))
    }
    if (evidence >= upper) return { verdict: 'present', class: whole.class, findings: whole.findings }
    if (evidence <= lower) return { verdict: 'absent', class: null, findings: whole.findings }
  }
  return {
    verdict: blind > windows.length / 2 && blind >= 5 ? 'no-data' : undefined,
    class: null,
    findings: whole.findings,
  }
}
