import { deliverCertificates } from '../../lab/certificates.ts'
import { allCollectors, chooseCollectors } from '../../lab/collectors/choose.ts'
import type { Collector } from '../../lab/collectors/collector.ts'
import { conclude } from '../../lab/experiment/conclude.ts'
import { experiment } from '../../lab/experiment/experiment.ts'
import { chooseVariant, loadScenario } from '../../lab/experiment/load-scenarios.ts'
import { chooseFixes } from '../../lab/experiment/phases.ts'
import type { Scenario } from '../../lab/experiment/scenario.ts'
import native from '../../lab/runners/native.ts'
import type { Stage } from '../../lab/stage/stage.ts'

/** What is done to a sound experiment, to see it noticed. */
export interface Plant {
  scenario?: Partial<Scenario>
  stage?: (stage: Stage) => Stage
  observer?: (collector: Collector) => Collector
  /** `consume` unless others are named; none: the run ends with the fault */
  fixes?: string[]
  /** those of them that a control is started with */
  fromStart?: string[]
  timeout?: number
  /** have those look that work here */
  witnesses?: boolean
  /** called when a phase ends, by its title */
  after?: (title: string, stage: Stage) => unknown
}

/** Holds the storm with one fix on a real target under real traffic, and with whatever is planted. */
export async function hold(plant: Plant = {}) {
  const scenario = { ...(await loadScenario('tls-storm')), controls: [], ...plant.scenario }
  const variant = chooseVariant(scenario, undefined)
  await using real = await native.open()
  const stage = plant.stage?.(real) ?? real
  await deliverCertificates(stage)
  const { primary, beside, witnesses } = await chooseCollectors(stage.tracer, 'auto')
  const stop = new AbortController()
  const record = await experiment(
    {
      scenario,
      variant,
      fixes: plant.fixes?.length === 0 ? [] : chooseFixes(variant, plant.fixes ?? ['consume']),
      fromStart: plant.fromStart ? chooseFixes(variant, plant.fromStart) : [],
      seed: 1,
      limits: { timeout: plant.timeout ?? 20_000, stop: stop.signal },
    },
    {
      stage,
      eyes: { primary: plant.observer?.(primary) ?? primary, ...(beside && { beside }) },
      witnesses: plant.witnesses ? witnesses : [],
      progress: { begins() {}, ends: (title) => void plant.after?.(title, stage) },
      recorder: { phase() {}, witness() {} },
    },
  )
  return conclude(record, scenario)
}

/** The observer with this name, whether or not it is the best. */
export async function observer(name: string): Promise<Collector> {
  const found = (await allCollectors()).find((collector) => collector.name === name)
  if (!found) throw new Error(`no collector ${name}`)
  return found
}
