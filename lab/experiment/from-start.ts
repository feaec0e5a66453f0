import { arrivalsOf, arrivalsUntilFault } from './arrivals.ts'
import type { SubjectRecord } from './record.ts'
import type { Fix, Variant } from './scenario.ts'

/** Whether a server can be started with it, and must then never spin. */
const mayBeginWith = (variant: Variant, { cures, expected, outside, restarts, scope }: Fix) =>
  variant.expected === 'present' &&
  cures.includes('spin') &&
  expected === 'absent' &&
  !outside &&
  !restarts &&
  scope === 'standing'

/** Of these fixes of a variant, those that a server can be started with. */
export const fixesFromStart = (variant: Variant, fixes: readonly Fix[]): readonly Fix[] =>
  fixes.filter((fix) => mayBeginWith(variant, fix))

/**
 * A negative control for each of these fixes: the same server with the fix on from the start, under as many arrivals as the fault needed.
 * None where the fault never came: then nothing could be said of them.
 */
export function controlsFromStart({ variant, phases }: SubjectRecord, fixes: readonly Fix[]): Variant[] {
  const fault = phases.find(({ phase }) => phase.name === 'fault')
  const needed = fault && arrivalsUntilFault(fault)
  return needed === undefined ? [] : fixes.map((fix) => withFix(variant, fix, needed + UNTOLD))
}

/** Arrivals since a client's last report, which the fault may have needed too. */
const UNTOLD = 10

function withFix({ name, chaos, settings, nofile }: Variant, fix: Fix, needed: number): Variant {
  return {
    name: `${name}+${fix.name}`,
    title: `${fix.name} from the start: ${fix.title}`,
    begins: { variant: name, fix: fix.name },
    expected: 'absent',
    ...(chaos !== undefined && { chaos }),
    ...(settings && { settings }),
    ...(nofile && { nofile }),
    condition(history) {
      const arrived = arrivalsOf([history.first, history.now])
      const text = `${arrived} arrived (the fault needed ${needed - UNTOLD})`
      const hold = fix.holdsFrom?.(history)
      return hold
        ? { holds: arrived >= needed && hold.holds, text: `${text}, ${hold.text}` }
        : { holds: arrived >= needed, text }
    },
    fixes: [],
  }
}
