import { argument, type ClientFlags, clientCommand, runClient, type Traffic, wholeNumber } from './client.ts'
import { Connections } from './connections.ts'
import { play } from './conversation.ts'
import type { Endpoint } from './loopback.ts'
import { Random } from './random.ts'
import { openConnection } from './sockets.ts'

interface HalfCloseFlags extends ClientFlags {
  hold: number
}

/** Connections that ask for something, shut their own side down, and keep the socket without ever reading from it. */
class HalfClose implements Traffic {
  readonly #to: Endpoint
  readonly #seed: number
  readonly #connections: Connections

  constructor({ to, seed, hold }: HalfCloseFlags) {
    this.#to = to
    this.#seed = seed
    this.#connections = new Connections(hold)
  }

  arrive(arrival: number) {
    const bytes = request(new Random(this.#seed, arrival))
    this.#connections.open(
      // Before it has begun to read, and so it never hears of the server's end either.
      () => openConnection(this.#to, this.#to.address).pause(),
      'rst',
      (socket) => play(socket, { chunks: [{ after: 0, bytes }], ending: 'fin', lingers: 0 }),
    )
  }

  report() {
    return { ...this.#connections.counts() }
  }

  close() {
    this.#connections.close()
  }
}

/** A whole request, whose answer may take its time. */
function request(random: Random): Buffer {
  return Buffer.from(
    `GET /events HTTP/1.1\r\nHost: lab.test\r\nX-Filler: ${'.'.repeat(random.between(1, 200))}\r\n\r\n`,
  )
}

await runClient<HalfCloseFlags>(
  clientCommand('half-close', 'Asks for /events, shuts down its side of the connection, and keeps the socket.').option(
    '--hold <n>',
    'connections held; when it is reached, the oldest is reset',
    argument(wholeNumber(1, 50_000)),
    100,
  ),
  (flags) => new HalfClose(flags),
)
