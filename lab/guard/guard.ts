import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadModule, moduleNames } from '../folder-modules.ts'
import { commandLine } from './command-line.ts'
import { conclude, RECOVERY_SECONDS } from './conclude.ts'
import { examine } from './examine.ts'
import { type Port, protocolOf } from './port.ts'
import type { Recipe } from './recipe.ts'
import type { GuardResult, Trial } from './result.ts'
import { SaneClient, tell } from './sane-client.ts'
import { Server, type ServerOptions } from './server.ts'
import { trial } from './trial.ts'

const FOLDER = fileURLToPath(new URL('chaos', import.meta.url))
/** Of a server with more ports than that, the first are looked at. */
const MAX_PORTS = 4
const POLL_MS = 50

export interface GuardOptions extends ServerOptions {
  /** names of the kinds of chaos; none: those that any server must bear */
  chaos?: readonly string[]
  /** of all traffic; default 1 */
  seed?: number
  /** told of each step when it is over */
  progress?: (line: string) => void
}

interface Named {
  name: string
  recipe: Recipe
}

/** Names of all kinds of chaos. */
export const chaosNames = () => moduleNames(FOLDER)

/**
 * Starts a server in a sandbox, sends it chaos beside sane connections, and judges it by the eyes of `spinlab diagnose` while each kind of
 * chaos goes on and after it. Throws SpinlabError: 2 for an unknown name or port, 4 where no sandbox can be made, 5 when the command does not
 * listen.
 */
export async function guard(command: readonly string[], options: GuardOptions = {}): Promise<GuardResult> {
  const { seed = 1, signal: stop = new AbortController().signal, progress = () => {} } = options
  const started = Date.now()
  const recipes = await choose(options.chaos ?? [])
  await using server = await Server.start(command, options)
  const room = server.stage.clients
  const ports = await Promise.all(server.listeners.slice(0, MAX_PORTS).map((listener) => protocolOf(room, listener)))
  progress(`${command[0]} listens on ${ports.map(words).join(', ')}`)

  await using traffic = new AsyncDisposableStack()
  const clients = ports.map((port) => traffic.use(new SaneClient(room, port, seed)))
  const idle = stop.aborted ? null : await examine(server, stop)
  const sane = { before: tell(clients), during: tell([]), after: tell([]) }
  if (idle) progress(`sane connections alone: ${idle.verdict}`)

  const chaos: Trial[] = []
  for (const { name, recipe } of idle?.verdict === 'spin' ? [] : recipes) {
    if (stop.aborted || server.end !== undefined) break
    const result = await trial(server, { name, recipe, ports, seed, stop })
    chaos.push(result)
    progress(`${name}: ${result.verdict}${result.class ? ` (${result.class})` : ''} in ${result.seconds.toFixed(1)} s`)
    // What comes upon a server that spins already says nothing of itself.
    if (result.when === 'after' || result.when === 'both') break
  }
  sane.during = tell(clients)
  if (!stop.aborted && chaos.length) await recovered(clients, server, stop)
  sane.after = tell(clients)

  const { outcome, reasons } = conclude({ idle, chaos, sane, end: server.end, interrupted: stop.aborted })
  const failed = chaos.filter(({ verdict }) => verdict === 'spin').map(({ client }) => client)
  return {
    outcome,
    interrupted: stop.aborted,
    reasons,
    command,
    pid: server.pid,
    ports: ports.map(({ port }) => port),
    protocols: ports.map(({ port, protocol }) => ({ port, ...protocol })),
    idle,
    chaos,
    sane,
    seconds: (Date.now() - started) / 1000,
    reproduce: commandLine(command, { ...options, seed, chaos: failed.length ? failed : (options.chaos ?? []) }),
  }
}

async function choose(names: readonly string[]): Promise<Named[]> {
  const load = async (name: string) => ({ name, recipe: await loadModule<Recipe>('kind of chaos', FOLDER, name) })
  const all = await Promise.all((names.length ? names : chaosNames()).map(load))
  return names.length ? all : all.filter(({ recipe }) => recipe.byDefault)
}

const words = ({ port, protocol: { tls, http } }: Port) =>
  `${port} (${tls ? 'TLS' : 'no TLS'}, ${http ? 'HTTP' : 'no HTTP'})`

/** Waits until a sane connection is served again, on every port. */
async function recovered(clients: readonly SaneClient[], server: Server, stop: AbortSignal) {
  const deadline = Date.now() + RECOVERY_SECONDS * 1000
  const served = () => clients.every(({ tally }) => tally.okInARow > 0)
  while (!served() && server.end === undefined && !stop.aborted && Date.now() < deadline) await delay(POLL_MS)
}
