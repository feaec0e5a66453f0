import { unknownName } from '../errors.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'
import { scenarioFolder } from '../places.ts'
import type { NamedScenario, Scenario, Variant } from './scenario.ts'

export const scenarioNames = () => moduleNames(scenarioFolder)

export async function loadScenario(name: string): Promise<NamedScenario> {
  return { ...(await loadModule<Scenario>('scenario', scenarioFolder, name)), name }
}

/** The named variant, or the main one. */
export function chooseVariant(scenario: NamedScenario, name: string | undefined): Variant {
  if (name === undefined) return scenario.variants[0]
  const variant = scenario.variants.find((candidate) => candidate.name === name)
  if (!variant)
    throw unknownName(
      `variant of ${scenario.name}`,
      name,
      scenario.variants.map((candidate) => candidate.name),
    )
  return variant
}
