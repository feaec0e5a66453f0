import {
  argument,
  type ClientFlags,
  choice,
  clientCommand,
  dnsName,
  runClient,
  sourcesTo,
  type Traffic,
  wholeNumber,
} from './client.ts'
import { Connections } from './connections.ts'
import { play } from './conversation.ts'
import { catalogue, type KindName, kindNames } from './hello-catalogue.ts'
import { type Endpoint, Sources } from './loopback.ts'
import { Random } from './random.ts'
import { openConnection } from './sockets.ts'

interface StormFlags extends ClientFlags {
  hold: number
  kinds?: KindName[]
  from?: Sources
  serverName: string
}

const malformed = kindNames.filter((kind) => kind !== 'valid')

/** Connections that begin TLS in every wrong way, and stay. */
class HelloStorm implements Traffic {
  readonly #to: Endpoint
  readonly #seed: number
  readonly #serverName: string
  readonly #sources: Sources
  /** in seeded order: every round of so many arrivals has each kind once */
  readonly #kinds: readonly KindName[]
  readonly #connections: Connections
  readonly #byKind: Partial<Record<KindName, number>> = {}

  constructor({ to, seed, serverName, from, kinds = malformed, hold }: StormFlags) {
    this.#to = to
    this.#seed = seed
    this.#serverName = serverName
    this.#sources = sourcesTo(to, from)
    this.#kinds = new Random(seed).shuffle(kinds)
    this.#connections = new Connections(hold)
  }

  arrive(arrival: number) {
    const random = new Random(this.#seed, arrival)
    const kind = this.#kinds[arrival % this.#kinds.length] as KindName
    const source = this.#sources.at(random.between(0, this.#sources.size - 1))
    const leave = random.between(0, 1) === 0 ? 'fin' : 'rst'
    const conversation = catalogue[kind].converse(random, this.#serverName)
    this.#byKind[kind] = (this.#byKind[kind] ?? 0) + 1
    this.#connections.open(
      () => openConnection(this.#to, source),
      leave,
      (socket) => play(socket, conversation),
    )
  }

  report() {
    return { ...this.#connections.counts(), byKind: this.#byKind }
  }

  close() {
    this.#connections.close()
  }
}

await runClient<StormFlags>(
  clientCommand('hello-storm', 'Opens TLS connections with malformed ClientHellos and holds them.')
    .option(
      '--hold <n>',
      'connections held; when it is reached, the oldest is closed',
      argument(wholeNumber(1, 50_000)),
      100,
    )
    .option(
      '--kinds <a,b>',
      `of ClientHellos, from: ${kindNames.join(', ')} (default: all but valid)`,
      argument(choice('kind of ClientHello', kindNames)),
    )
    .option(
      '--from <ip-ip>',
      'source addresses, e.g. 127.0.0.2-127.0.0.5; default: the address of the server',
      argument((text) => new Sources(text)),
    )
    .option('--server-name <name>', 'name that the hellos ask for', argument(dnsName), 'lab.test'),
  (flags) => new HelloStorm(flags),
)
