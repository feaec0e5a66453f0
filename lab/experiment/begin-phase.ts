import type { Phase } from './phases.ts'
import type { Subject } from './subject.ts'
import type { Treatment } from './treatment.ts'

/** What each phase begins with. */
export async function beginPhase({ name, fix }: Phase, subject: Subject, treatment: Treatment) {
  if (name === 'fault' && fix) subject.pauseChaos()
  else if (name === 'fault') subject.resumeChaos()
  else if (name === 'fixed' && fix) await treatment.apply(fix)
  else if (name === 'relapse' && fix) {
    await treatment.takeBack(fix)
    if (fix.scope === 'one-shot') subject.resumeChaos()
  }
}
