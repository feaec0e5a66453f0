import {
  argument,
  type ClientFlags,
  choice,
  clientCommand,
  number,
  runClient,
  type Traffic,
  wholeNumber,
} from './client.ts'
import { Edge, type EdgeCounts } from './edge.ts'
import { drawLot, ENDS, type Odds } from './edge-lot.ts'
import { Sources } from './loopback.ts'
import { assertOpenFiles } from './open-files.ts'
import { Random } from './random.ts'
import { openVanisher, type Vanisher } from './vanish.ts'

interface EdgesFlags extends ClientFlags, Odds {
  from: Sources
  storm: number
  backoff: number
}

/** The stream of the seed from which the delays of those that come back are drawn. */
const BACKOFF = 1

/** Devices behind unsteady links. An arrival is of one of them: off, it connects; on, it says something, or its connection dies. */
class Edges implements Traffic {
  readonly #flags: EdgesFlags
  readonly #edges: Edge[]
  readonly #vanisher: Vanisher | undefined
  readonly #counts: EdgeCounts = {
    connected: 0,
    readings: 0,
    heard: 0,
    reset: 0,
    vanished: 0,
    closedByServer: 0,
    errors: {},
  }
  readonly #comingBack = new Set<NodeJS.Timeout>()
  #addresses = 0
  #storms = 0

  constructor(flags: EdgesFlags) {
    assertOpenFiles(flags.edges)
    this.#flags = flags
    this.#edges = Array.from({ length: flags.edges }, () => new Edge(flags.to, this.#nextAddress(), this.#counts))
    if (flags.ends.includes('vanish') && flags.deaths > 0) this.#vanisher = openVanisher(flags.to.port)
  }

  arrive(arrival: number) {
    const { seed, storm } = this.#flags
    if (storm > 0 && arrival % storm === storm - 1) return this.#storm(arrival)
    const lot = drawLot(seed, arrival, this.#flags)
    const edge = this.#edges[lot.edge] as Edge
    if (!edge.isOn) return edge.connect()
    if (lot.deed === 'speak') return edge.speak(lot.reading)
    if (lot.deed === 'rst') return edge.reset()
    if (this.#vanisher) void edge.vanish(this.#vanisher.vanish, this.#nextAddress())
  }

  report() {
    return {
      ...this.#counts,
      connecting: this.#edges.filter((edge) => edge.isOn && !edge.isConnected).length,
      held: this.#edges.filter((edge) => edge.isConnected).length,
      storms: this.#storms,
    }
  }

  close() {
    for (const timer of this.#comingBack) clearTimeout(timer)
    for (const edge of this.#edges) edge.reset()
    this.#vanisher?.close()
  }

  /** All links break at once, and all devices come back: at once, or spread over the backoff. */
  #storm(arrival: number) {
    this.#storms++
    this.#edges.forEach((edge, i) => {
      if (!edge.isOn) return
      edge.reset()
      this.#comeBack(edge, new Random(this.#flags.seed, arrival * this.#edges.length + i, BACKOFF))
    })
  }

  #comeBack(edge: Edge, random: Random) {
    const timer = setTimeout(() => {
      this.#comingBack.delete(timer)
      if (!edge.isOn) edge.connect()
    }, random.unit() * this.#flags.backoff)
    this.#comingBack.add(timer)
  }

  #nextAddress(): string {
    return this.#flags.from.at(this.#addresses++ % this.#flags.from.size)
  }
}

await runClient<EdgesFlags>(
  clientCommand('edges', 'Devices that speak WebSocket to a gateway (at /edge), each from an address of its own.')
    .option('--edges <n>', 'how many there are', argument(wholeNumber(1, 10_000)), 20)
    .option(
      '--deaths <share>',
      'share of the arrivals at an edge that is on in which its connection dies; in the others it says something',
      argument(number(0, 1)),
      0,
    )
    .option(
      '--ends <a,b>',
      `how connections die, from: ${ENDS.join(', ')}; who vanishes is dropped by a rule, and comes back with another address`,
      argument(choice('way to die', ENDS)),
      ['rst'],
    )
    .option(
      '--storm <n>',
      'each so many arrivals all links break and all edges come back; 0: never',
      argument(wholeNumber(0)),
      0,
    )
    .option(
      '--backoff <ms>',
      'longest delay before an edge comes back from a storm; 0: at once',
      argument(number(0, 60_000)),
      0,
    )
    .option(
      '--from <ip-ip>',
      'addresses of the edges',
      argument((text) => new Sources(text)),
      new Sources('127.2.0.1-127.2.255.254'),
    ),
  (flags) => new Edges(flags),
)
