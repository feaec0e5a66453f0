import { argument, type ClientFlags, clientCommand, runClient, type Traffic, wholeNumber } from './client.ts'
import { Connections } from './connections.ts'
import { type Endpoint, Sources } from './loopback.ts'
import { openConnection } from './sockets.ts'
import { openVanisher, type Vanisher } from './vanish.ts'

/** What the server's end of a connection is left in. */
const STATES = ['established', 'fin-wait-2', 'time-wait', 'vanished'] as const
type State = (typeof STATES)[number]

interface HalfOpenFlags extends ClientFlags {
  state: State
  hold: number
  burst: number
  from: Sources
}

/** Asks the server to be the one that closes first. */
const LAST_REQUEST = 'GET / HTTP/1.1\r\nHost: lab.test\r\nConnection: close\r\n\r\n'

/** Connections that leave the server's end in one TCP state, a known number of them. */
class HalfOpen implements Traffic {
  readonly #to: Endpoint
  readonly #state: State
  readonly #burst: number
  readonly #sources: Sources
  readonly #connections: Connections
  readonly #vanisher: Vanisher | undefined
  #opened = 0
  #vanished = 0

  constructor({ to, state, hold, burst, from }: HalfOpenFlags) {
    this.#to = to
    this.#state = state
    this.#burst = burst
    this.#sources = from
    this.#connections = new Connections(hold, state === 'fin-wait-2' ? 'keep' : 'close')
    if (state === 'vanished') this.#vanisher = openVanisher(to.port)
  }

  arrive() {
    for (let i = 0; i < this.#burst; i++) this.#open(this.#sources.at(this.#opened++ % this.#sources.size))
  }

  report() {
    const counts = this.#connections.counts()
    const left = {
      established: counts.held,
      'fin-wait-2': counts.halfClosed,
      'time-wait': counts.closedByServer,
      vanished: this.#vanished,
    }
    // As `started`, which counts bursts.
    const connecting = Math.ceil(counts.connecting / this.#burst)
    return { ...counts, connecting, opened: this.#opened, left: left[this.#state] }
  }

  close() {
    this.#connections.close()
    this.#vanisher?.close()
  }

  #open(source: string) {
    this.#connections.open(
      () => openConnection(this.#to, source),
      // A RST leaves nothing at our end that would be mistaken for the server's.
      this.#state === 'time-wait' ? 'fin' : 'rst',
      (socket) => {
        if (this.#state === 'fin-wait-2' || this.#state === 'time-wait') socket.write(LAST_REQUEST)
        void this.#vanisher?.vanish(source).then(() => {
          this.#vanished++
          // Our end goes without a trace: the rule drops the RST.
          socket.resetAndDestroy()
        })
      },
    )
  }
}

await runClient<HalfOpenFlags>(
  clientCommand('half-open', "Leaves the server's ends of connections in one TCP state.")
    .option(
      '--state <name>',
      `what they are left in: ${STATES.join(', ')}`,
      argument((text) => {
        const state = STATES.find((one) => one === text)
        if (!state) throw new Error(`"${text}" is not a state; choose from: ${STATES.join(', ')}`)
        return state
      }),
      'established',
    )
    .option(
      '--hold <n>',
      'connections held; when it is reached, the oldest is closed',
      argument(wholeNumber(1, 50_000)),
      100,
    )
    .option('--burst <n>', 'connections opened at once with each arrival', argument(wholeNumber(1, 1000)), 1)
    .option(
      '--from <ip-ip>',
      'source addresses, taken in turn; one that has vanished does not come back',
      argument((text) => new Sources(text)),
      new Sources('127.1.0.1-127.1.255.254'),
    ),
  (flags) => new HalfOpen(flags),
)
