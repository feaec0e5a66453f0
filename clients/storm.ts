import type { Socket } from 'node:net'
import { argument, type ClientFlags, clientCommand, sourcesTo, type Traffic, wholeNumber } from './client.ts'
import { Connections, type Leave } from './connections.ts'
import { type Conversation, play } from './conversation.ts'
import { type Endpoint, Sources } from './loopback.ts'
import { Random } from './random.ts'
import { openConnection } from './sockets.ts'

export interface StormFlags extends ClientFlags {
  hold: number
  from?: Sources
}

/** The command line of a client that opens connections of several kinds and holds them. */
export const stormCommand = (name: string, description: string) =>
  clientCommand(name, description)
    .option(
      '--hold <n>',
      'connections held; when it is reached, the oldest is closed',
      argument(wholeNumber(1, 50_000)),
      100,
    )
    .option(
      '--from <ip-ip>',
      'source addresses, e.g. 127.0.0.2-127.0.0.5; default: the address of the server',
      argument((text) => new Sources(text)),
    )

/** Connections of every kind in turn, which stay until they are the oldest. */
export class Storm<Kind extends string> implements Traffic {
  readonly #to: Endpoint
  readonly #seed: number
  readonly #sources: Sources
  /** in seeded order: every round of so many arrivals has each kind once */
  readonly #kinds: readonly Kind[]
  readonly #converse: (kind: Kind, random: Random) => Conversation
  readonly #connections: Connections
  readonly #byKind: Partial<Record<Kind, number>> = {}

  constructor(
    { to, seed, from, hold }: StormFlags,
    kinds: readonly Kind[],
    converse: (kind: Kind, random: Random) => Conversation,
  ) {
    this.#to = to
    this.#seed = seed
    this.#sources = sourcesTo(to, from)
    this.#kinds = new Random(seed).shuffle(kinds)
    this.#converse = converse
    this.#connections = new Connections(hold)
  }

  arrive(arrival: number) {
    const random = new Random(this.#seed, arrival)
    const kind = this.#kinds[arrival % this.#kinds.length] as Kind
    const source = this.#sources.at(random.between(0, this.#sources.size - 1))
    const leave: Leave = random.between(0, 1) === 0 ? 'fin' : 'rst'
    const conversation = this.#converse(kind, random)
    this.#byKind[kind] = (this.#byKind[kind] ?? 0) + 1
    this.#connections.open(
      (): Socket => openConnection(this.#to, source),
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
