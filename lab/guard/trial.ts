import { setTimeout as delay } from 'node:timers/promises'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { ChaosClient } from './chaos-client.ts'
import { type Descriptors, descriptorsOf, squeeze } from './descriptors.ts'
import { examine } from './examine.ts'
import type { Port } from './port.ts'
import type { Recipe } from './recipe.ts'
import type { Trial } from './result.ts'
import type { Server } from './server.ts'

const POLL_MS = 50
/** Chaos that is not in full force by then never will be (ms). */
const PATIENCE_MS = 15_000

export interface TrialPlan {
  name: string
  recipe: Recipe
  ports: readonly Port[]
  seed: number
  stop: AbortSignal
}

/** Holds one kind of chaos against the server, and judges it while the chaos goes on and after it has gone. */
export async function trial(server: Server, plan: TrialPlan): Promise<Trial> {
  const started = Date.now()
  const during = await underChaos(server, plan)
  const after = plan.stop.aborted || server.end !== undefined ? undefined : await examine(server, plan.stop)
  const spins = [during.diagnosis, after].map((diagnosis) => diagnosis?.verdict === 'spin')
  const spin = spins[0] ? during.diagnosis : spins[1] ? after : undefined
  const seen = spin ?? [during.diagnosis, after].find((diagnosis) => diagnosis?.verdict === 'no-data')
  return {
    client: plan.name,
    title: plan.recipe.title,
    verdict: seen?.verdict ?? (during.missing || !after ? 'no-data' : 'healthy'),
    class: spin?.class ?? null,
    cause: spin?.cause ?? server.end ?? during.missing ?? seen?.cause ?? null,
    when: spins[0] ? (spins[1] ? 'both' : 'during') : spins[1] ? 'after' : null,
    evidence: spin?.evidence ?? [],
    cpu: during.diagnosis?.cpu ?? null,
    descriptors: during.descriptors,
    arrivals: during.arrivals,
    closedByServer: during.closedByServer,
    seconds: (Date.now() - started) / 1000,
  }
}

interface UnderChaos extends Pick<Trial, 'descriptors' | 'arrivals' | 'closedByServer'> {
  diagnosis: Diagnosis | undefined
  /** why the chaos was none */
  missing: string | undefined
}

async function underChaos(server: Server, { recipe, ports, seed, stop }: TrialPlan): Promise<UnderChaos> {
  await using held = new AsyncDisposableStack()
  if (recipe.leaves !== undefined) held.use(await squeeze(server.pids, recipe.leaves))
  const fullest = closestToLimit(await descriptorsOf(server.pids))
  const free = fullest ? (fullest.limit - fullest.open) / ports.length : 0
  const clients = ports.map((port) => held.use(new ChaosClient(server.stage.clients, recipe, port, free, seed)))
  const settled = () => server.end !== undefined || clients.every((client) => client.stands || client.ended)
  const deadline = Date.now() + PATIENCE_MS
  while (!settled() && !stop.aborted && Date.now() < deadline) await delay(POLL_MS)

  const diagnosis = stop.aborted || server.end !== undefined ? undefined : await examine(server, stop)
  const counts = clients.flatMap(({ statistics }) => statistics ?? [])
  return {
    diagnosis,
    missing: clients.flatMap(lack)[0],
    descriptors: closestToLimit(await descriptorsOf(server.pids)) ?? null,
    arrivals: counts.reduce((sum, { started }) => sum + started, 0),
    closedByServer: counts.reduce((sum, { closedByServer }) => sum + closedByServer, 0),
  }
}

/** A run in which the server met no chaos proves nothing. */
function lack(client: ChaosClient): string[] {
  if (client.ended) return [client.ended]
  if (!client.stands) return [`its connections did not come in ${PATIENCE_MS / 1000} s`]
  return client.reached ? [] : ['none of its connections reached the server']
}

function closestToLimit(all: readonly Descriptors[]): { open: number; limit: number } | undefined {
  const [{ open, limit } = {}] = all.toSorted((a, b) => a.limit - a.open - (b.limit - b.open))
  return open === undefined || limit === undefined ? undefined : { open, limit }
}
