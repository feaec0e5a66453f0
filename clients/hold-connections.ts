import type { Socket } from 'node:net'
import { argument, type ClientFlags, clientCommand, runClient, sourcesTo, type Traffic, wholeNumber } from './client.ts'
import { Connections } from './connections.ts'
import { play } from './conversation.ts'
import { type Endpoint, Sources } from './loopback.ts'
import { Random } from './random.ts'
import { openConnection } from './sockets.ts'

interface HoldFlags extends ClientFlags {
  hold: number
  from?: Sources
}

/** How long each connection stays, as a share of --hold arrivals. */
const SHORTEST_STAY = 0.6

interface Guest {
  socket: Socket
  /** the arrival that it leaves with */
  until: number
}

/** Connections that begin a request, never finish it, and stay. */
class HoldConnections implements Traffic {
  readonly #to: Endpoint
  readonly #seed: number
  readonly #hold: number
  readonly #sources: Sources
  readonly #connections: Connections
  /** whatever the server has made of them: how long they stay does not depend on that */
  #guests: Guest[] = []

  constructor({ to, seed, hold, from }: HoldFlags) {
    this.#to = to
    this.#sources = sourcesTo(to, from)
    this.#seed = seed
    this.#hold = hold
    this.#connections = new Connections(hold)
  }

  arrive(arrival: number) {
    // It begins with those that would be there if it had gone on for long.
    if (arrival === 0) for (let earlier = this.#hold; earlier > 0; earlier--) this.#admit(-earlier, arrival)
    this.#admit(arrival, arrival)
    for (const guest of this.#guests) if (guest.until <= arrival) guest.socket.destroy()
    this.#guests = this.#guests.filter(({ until }) => until > arrival)
  }

  /** Opens the connection that is due at an arrival, unless it would have left by now. */
  #admit(arrival: number, now: number) {
    const random = new Random(this.#seed, arrival)
    const bytes = unfinishedRequest(random)
    const source = this.#sources.at(random.between(0, this.#sources.size - 1))
    const until = arrival + Math.round(this.#hold * (SHORTEST_STAY + (1 - SHORTEST_STAY) * random.unit()))
    if (until <= now) return
    const socket = this.#connections.open(
      () => openConnection(this.#to, source),
      'fin',
      (connected) => play(connected, { chunks: [{ after: 0, bytes }], ending: 'stall', lingers: 0 }),
    )
    this.#guests.push({ socket, until })
  }

  report() {
    return { ...this.#connections.counts() }
  }

  close() {
    this.#connections.close()
  }
}

/** The head of a request, up to the middle of a field. */
function unfinishedRequest(random: Random): Buffer {
  return Buffer.from(`GET / HTTP/1.1\r\nHost: lab.test\r\nX-Filler: ${'.'.repeat(random.between(1, 200))}`)
}

await runClient<HoldFlags>(
  clientCommand('hold-connections', 'Opens connections, begins a request on each, and holds them.')
    .option(
      '--hold <n>',
      `connections held at most; each stays while so many others arrive, or for a shorter time, down to ${100 * SHORTEST_STAY} % of it`,
      argument(wholeNumber(1, 50_000)),
      100,
    )
    .option(
      '--from <ip-ip>',
      'source addresses, e.g. 127.0.0.2-127.0.0.5; default: the address of the server',
      argument((text) => new Sources(text)),
    ),
  (flags) => new HoldConnections(flags),
)
