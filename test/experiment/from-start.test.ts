import { expect, test } from 'vitest'
import type { Facts } from '../../lab/experiment/facts.ts'
import { controlsFromStart, fixesFromStart } from '../../lab/experiment/from-start.ts'
import { loadScenario, scenarioNames } from '../../lab/experiment/load-scenarios.ts'
import { planPhases } from '../../lab/experiment/phases.ts'
import type { Check, Variant } from '../../lab/experiment/scenario.ts'
import storm from '../../lab/scenarios/tls-storm.ts'

/** So many chaos connections have been started, a few of which are not made yet, and the bug has turned so often. */
const facts = (at: number, started: number, turns: number, connecting = 0) =>
  ({
    at,
    chaos: { started, connecting },
    target: { counters: { turns } },
    sane: { ok: 0, failed: 0 },
  }) as unknown as Facts

const variant: Variant = {
  ...storm.variants[0],
  nofile: 64,
  finding: 'descriptor-leak',
  effect: () => ({ holds: false, text: 'never' }),
  condition: ({ now }) => ({ holds: (now.target.counters.turns ?? 0) > 100, text: 'turns' }),
}
const [, phase] = planPhases(storm, variant)
if (!phase) throw new Error('no fault phase')
const seen = (...all: Facts[]) => ({
  variant,
  phases: [{ phase, variant, since: 0, windows: [], baseline: [], facts: all }],
})
const [fix] = variant.fixes
if (!fix) throw new Error('no fix')

test('the control is the same server, and waits for as many arrivals as the fault needed', () => {
  const main = seen(facts(1, 5, 0), facts(2, 30, 90), facts(3, 47, 120), facts(4, 80, 500))
  const [control] = controlsFromStart(main, [fix])
  expect(control).toMatchObject({
    name: `reactor+${fix.name}`,
    begins: { variant: 'reactor', fix: fix.name },
    expected: 'absent',
    nofile: 64,
    fixes: [],
  })
  // What the fault must show, its cure has not.
  expect(control?.effect ?? control?.finding).toBeUndefined()
  const ask = (started: number, connecting = 0) =>
    control?.condition({ first: facts(0, 0, 0), previous: facts(0, 0, 0), now: facts(9, started, 0, connecting) })
  expect(ask(51)?.holds).toBe(false)
  expect(ask(53, 2)?.holds).toBe(false)
  expect(ask(52)).toEqual({ holds: true, text: '52 arrived (the fault needed 42)' })
})

test('a fix that takes hold later is not judged before', () => {
  const holds =
    (refused: number): Check =>
    () => ({ holds: refused > 3, text: `${refused} refused` })
  const main = seen(facts(1, 5, 0), facts(2, 47, 120))
  const history = { first: facts(0, 0, 0), previous: facts(0, 0, 0), now: facts(9, 99, 0) }
  const ask = (refused: number) =>
    controlsFromStart(main, [{ ...fix, holdsFrom: holds(refused) }])[0]?.condition(history)
  expect(ask(3)).toEqual({ holds: false, text: '99 arrived (the fault needed 42), 3 refused' })
  expect(ask(4)?.holds).toBe(true)
})

test('where the fault never came nothing can be said of a control', () => {
  expect(controlsFromStart(seen(facts(1, 5, 0), facts(2, 30, 90)), [fix])).toEqual([])
  expect(controlsFromStart({ variant, phases: [] }, [fix])).toEqual([])
})

test('every scenario that spins has a fix that its main variant can be started with', async () => {
  for (const name of scenarioNames()) {
    const { variants } = await loadScenario(name)
    const [main] = variants
    if (main.expected === 'absent') expect(fixesFromStart(main, main.fixes)).toEqual([])
    else expect(fixesFromStart(main, main.fixes).length, name).toBeGreaterThan(0)
    // Neither what is done from outside nor a restart, nor what leaves the spin there.
    for (const variant of variants)
      for (const fix of fixesFromStart(variant, variant.fixes))
        expect(fix).toMatchObject({ expected: 'absent', cures: expect.arrayContaining(['spin']) })
  }
})

test('every scenario judges a stock server under its chaos', async () => {
  for (const name of scenarioNames()) {
    const { variants, controls } = await loadScenario(name)
    const stock = variants.filter((variant) => /stock/.test(`${variant.name} ${variant.title}`)).map(({ name }) => name)
    expect(
      controls.some((control) => stock.includes(control)),
      name,
    ).toBe(true)
  }
})
