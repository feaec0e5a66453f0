import { unknownName } from '../errors.ts'
import type { Expected, Fix, Variant } from './scenario.ts'

/** One step of an experiment: what is done at its beginning, and what it must then show. */
export interface Phase {
  name: 'baseline' | 'fault' | 'fixed' | 'relapse'
  /** the fix that is applied (fixed) or was just taken back (relapse) */
  fix: Fix | null
  expected: Expected
}

/**
 *     baseline ─► + chaos: fault ─► fix A: fixed ─► revert A: relapse ─► fix B: fixed ─► …
 * The relapse proves that the fix, and nothing else, ended the spin.
 */
export function planPhases(variant: Variant, fixes: readonly Fix[] = variant.fixes): Phase[] {
  return [
    { name: 'baseline', fix: null, expected: 'absent' },
    { name: 'fault', fix: null, expected: variant.expected },
    ...fixes.flatMap((fix): Phase[] => [
      { name: 'fixed', fix, expected: fix.expected },
      { name: 'relapse', fix, expected: variant.expected },
    ]),
  ]
}

/** The fixes with these names, in the order of the scenario; all of them when no name is given. */
export function chooseFixes(variant: Variant, names: readonly string[]): readonly Fix[] {
  const known = variant.fixes.map((fix) => fix.name)
  for (const name of names) if (!known.includes(name)) throw unknownName(`fix of variant ${variant.name}`, name, known)
  return names.length ? variant.fixes.filter((fix) => names.includes(fix.name)) : variant.fixes
}

export const phaseTitle = (phase: { name: string; fix: { name: string } | null }) =>
  phase.fix ? `${phase.name} ${phase.fix.name}` : phase.name
