import { unknownName } from '../errors.ts'
import type { SpinClass } from '../signatures/finding.ts'
import type { Expected, Fix, Scenario, Variant } from './scenario.ts'

/** One step of an experiment: what is done at its beginning, and what it must then show. */
export interface Phase {
  name: 'baseline' | 'fault' | 'fixed' | 'relapse'
  /** the fix that is applied (fixed), was just taken back (relapse), or comes next (fault, with no arrivals) */
  fix: Fix | null
  expected: Expected
  /** of the spin, where it is present */
  class: SpinClass
}

/**
 *     baseline ─► + chaos: fault ─► fix A: fixed ─► revert A: relapse ─► fix B: fixed ─► …
 * The relapse proves that the fix, and nothing else, ended the spin. A one-shot fix heals what is there, so the arrivals pause for it: first
 * without the fix, which proves that the pause alone ends nothing; in the relapse they resume.
 */
export function planPhases(scenario: Scenario, variant: Variant, fixes: readonly Fix[] = variant.fixes): Phase[] {
  const spin = variant.class ?? scenario.class
  const phase = (name: Phase['name'], fix: Fix | null, expected: Expected): Phase => ({
    name,
    fix,
    expected,
    class: spin,
  })
  return [
    phase('baseline', null, 'absent'),
    phase('fault', null, variant.expected),
    ...fixes.flatMap((fix) => [
      ...(fix.scope === 'one-shot' ? [phase('fault', fix, variant.expected)] : []),
      phase('fixed', fix, fix.expected),
      ...(fix.scope === 'one-shot' || !fix.irreversible ? [phase('relapse', fix, variant.expected)] : []),
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
