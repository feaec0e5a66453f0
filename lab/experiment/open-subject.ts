import { broken } from '../errors.ts'
import { layHand } from '../healing/lay-hand.ts'
import type { TargetState } from '../stage/target-state.ts'
import { aim } from './aim.ts'
import type { Equipment, ExperimentPlan } from './experiment.ts'
import type { Variant } from './scenario.ts'
import { Subject } from './subject.ts'
import { Treatment } from './treatment.ts'

/** A line of the scheduler each 100 ms, on standard error. */
const SCHEDTRACE = 'schedtrace=100'

/** A server that listens, with clients that wait for their beginning. */
export interface OpenSubject {
  subject: Subject
  treatment: Treatment
}

/** Starts the server of a variant and the programs of its clients; `leaving` ends them. */
export async function openSubject(
  { scenario, seed }: ExperimentPlan,
  variant: Variant,
  port: number,
  { stage, eyes }: Equipment,
  leaving: AsyncDisposableStack,
): Promise<OpenSubject> {
  const target = await stage.start({
    fault: scenario.name,
    variant: variant.begins?.variant ?? variant.name,
    ...(variant.begins && { fix: variant.begins.fix }),
    listen: `127.0.0.1:${port}`,
    set: variant.settings ?? {},
    ...(scenario.go && { godebug: SCHEDTRACE }),
  })
  const subject = leaving.use(new Subject(stage, target, eyes))
  if (scenario.go) subject.askGo()
  agree(variant, await target.state())
  if (variant.nofile) await layHand(stage.tracer, target.pid, { fix: 'raise-nofile', nofile: variant.nofile })
  const ca = `${stage.scratch}/certificates/ca.pem`
  subject.prepareTraffic(aim(scenario, variant, { to: target.listen, seed, ca }))
  return { subject, treatment: new Treatment(subject, stage.tracer) }
}

/** The scenario and the target must mean the same fixes: whoever edits one alone hears of it here. */
function agree(variant: Variant, state: TargetState) {
  const words = (fix: { name: string; cures: readonly string[]; scope: string }, reversible: boolean) =>
    `${fix.name} (${fix.scope}, ${reversible ? '' : 'ir'}reversible, cures ${fix.cures.join('+')})`
  const offered = state.fixes.map((fix) => words(fix, fix.reversible))
  const unknown = variant.fixes
    .filter((fix) => !fix.outside)
    .map((fix) => words(fix, !fix.irreversible))
    .filter((fix) => !offered.includes(fix))
  if (unknown.length)
    throw broken(`the target's ${variant.name} does not offer ${unknown.join(', ')}; it offers ${offered.join(', ')}`)
}
