import type { Window } from '../windows/window.ts'
import { assess, type Cut, type Evidence } from './assess.ts'
import type { Facts } from './facts.ts'
import type { Phase } from './phases.ts'
import type { Variant } from './scenario.ts'
import type { Subject } from './subject.ts'
import { unlessLost } from './unless-lost.ts'

/** The evidence is weighed at each window, and without one after so long (ms). */
const PATIENCE_MS = 100

export interface PhaseLimits {
  /** longest time that one phase may take, ms */
  timeout: number
  /** aborted when the user wants the run to stop */
  stop: AbortSignal
}

/** Does what the phase begins with, then watches until the evidence suffices, the time is over or a process is gone. */
export async function runPhase(
  subject: Subject,
  variant: Variant,
  phase: Phase,
  act: () => Promise<unknown>,
  baseline: readonly Window[],
  limits: PhaseLimits,
): Promise<Evidence> {
  const deadline = Date.now() + limits.timeout
  const facts: Facts[] = []
  let since = Date.now()
  const evidence = (cut?: Cut, complaint?: string): Evidence => ({
    phase,
    variant,
    since,
    windows: [...subject.windows],
    baseline,
    facts: [...facts],
    ...(cut && { cut }),
    ...(complaint && { complaint }),
  })
  subject.begin()
  subject.observer.attach()
  try {
    facts.push(await subject.facts())
    await act()
    since = Date.now()
    for (;;) {
      facts.push(await subject.facts())
      if (subject.casualty) return evidence(subject.casualty.cut, subject.casualty.complaint)
      // What is handed out has been assessed, and is not assessed again.
      const seen = evidence()
      if (assess(seen).settled) return seen
      if (limits.stop.aborted) return evidence('interrupted')
      if (Date.now() > deadline) return evidence('timeout')
      await subject.nextWindow(PATIENCE_MS, limits.stop)
    }
  } catch (error) {
    await unlessLost(subject, error)
    return evidence(subject.casualty?.cut, subject.casualty?.complaint)
  }
}
