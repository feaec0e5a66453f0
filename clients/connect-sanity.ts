import { argument, type ClientFlags, clientCommand, number, runClient, type Traffic } from './client.ts'
import { openConnection } from './sockets.ts'

interface ConnectFlags extends ClientFlags {
  timeout: number
}

/** For a server whose protocol nobody knows: connections that are taken, say nothing, and end politely. */
class ConnectSanity implements Traffic {
  readonly #flags: ConnectFlags
  readonly #errors: Record<string, number> = {}
  #ok = 0
  #failed = 0
  /** ms, since the last report */
  #latencies: number[] = []

  constructor(flags: ConnectFlags) {
    this.#flags = flags
  }

  arrive(_arrival: number, due: number) {
    const { to, timeout } = this.#flags
    const socket = openConnection(to, to.address)
    const patience = setTimeout(() => fail('TIMEOUT'), timeout)
    const settle = () => {
      clearTimeout(patience)
      socket.removeListener('error', onError)
      socket.on('error', () => {})
    }
    const fail = (code: string) => {
      settle()
      socket.destroy()
      this.#failed++
      this.#errors[code] = (this.#errors[code] ?? 0) + 1
    }
    const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? error.name)
    socket.on('error', onError)
    socket.once('connect', () => {
      settle()
      this.#ok++
      this.#latencies.push(Math.round((performance.now() - due) * 100) / 100)
      socket.destroySoon()
    })
  }

  report() {
    const latencies = this.#latencies
    this.#latencies = []
    return { ok: this.#ok, failed: this.#failed, errors: this.#errors, latencies, reconnects: 0, certificates: [] }
  }

  close() {}
}

await runClient<ConnectFlags>(
  clientCommand('connect-sanity', 'Connects as well-behaved clients do, and measures how soon.').option(
    '--timeout <ms>',
    'longest time to connect',
    argument(number(1, 60_000)),
    2000,
  ),
  (flags) => new ConnectSanity(flags),
)
