import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { broken, EXIT, SpinlabError, usage } from '../errors.ts'
import { type NativeStage, open } from '../runners/native.ts'
import { childrenOf, descendants } from '../stage/process-tree.ts'
import type { Child } from '../stage/room.ts'
import { LastWords } from './last-words.ts'
import { type Listener, listenersOf } from './listeners.ts'
import { ownerHere } from './owner-here.ts'

export interface ServerOptions {
  /** look at this port alone; it must be one of those that the command listens on */
  port?: number
  /** ms until it must listen; default 30 s */
  timeout?: number
  signal?: AbortSignal
}

const TIMEOUT_MS = 30_000
const POLL_MS = 50
/** A server opens its ports one after the other; it has opened them all when no more came for so long (ms). */
const SETTLED_MS = 300
const GRACE_MS = 2000

/** Runs what follows in a folder, because whoever enters a mount namespace is at its root. */
const IN_FOLDER = 'cd "$1" && shift && exec "$@"'

/**
 * A server of anybody's, in a sandbox of its own; it ends with everything that it started when it is disposed, and when the lab dies.
 * Pids are those of this machine.
 */
export class Server implements AsyncDisposable {
  readonly stage: NativeStage
  readonly command: readonly string[]
  /** ports that it listens on, and the processes that do */
  listeners: readonly Listener[] = []
  readonly #child: Child
  readonly #words: LastWords
  /** exit code of the command, once it has ended */
  #code: number | undefined

  private constructor(stage: NativeStage, command: readonly string[]) {
    this.stage = stage
    this.command = command
    this.#child = stage.tracer.run(['sh', '-c', IN_FOLDER, 'sh', process.cwd(), ...command])
    this.#words = new LastWords(this.#child)
    void this.#child.ended.then((code) => {
      this.#code = code
    })
  }

  /** Starts the command and waits until it listens. Throws with exit code 5 if it does not, and with 2 if not on the given port. */
  static async start(command: readonly string[], options: ServerOptions = {}): Promise<Server> {
    if (!command.length)
      throw usage('there is no command to start; give it after --, e.g. spinlab guard -- ./my-server')
    const server = new Server(await open(), command)
    try {
      await server.#listening(options)
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** Top of the tree of its processes: the command, or once that has left its work to daemons, the sandbox's pid 1. */
  get root(): number {
    // The parent of the command is the helper that entered the sandbox for it.
    return childrenOf(this.#child.pid)[0] ?? this.stage.init
  }

  /** The process that listens. */
  get pid(): number {
    return this.listeners[0]?.pid ?? this.root
  }

  /** Everything that runs of it. */
  get pids(): number[] {
    return [...descendants(this.#child.pid), ...descendants(this.stage.init)].filter(
      (pid) => pid !== this.#child.pid && pid !== this.stage.init,
    )
  }

  /** Why there is no server any more; undefined while there is one. */
  get end(): string | undefined {
    if (this.#code === undefined || this.pids.length) return undefined
    return `it ended with ${this.#code}${this.#words.say()}`
  }

  /** Asks politely first; what is left after `GRACE_MS`, the kernel ends with the sandbox. */
  async [Symbol.asyncDispose]() {
    for (const pid of this.pids) terminate(pid)
    const deadline = Date.now() + GRACE_MS
    while (this.pids.length && Date.now() < deadline) await delay(POLL_MS)
    await this.stage[Symbol.asyncDispose]()
  }

  async #listening({ port, timeout = TIMEOUT_MS, signal }: ServerOptions) {
    const deadline = Date.now() + timeout
    let since = Date.now()
    for (;;) {
      const found = await listenersOf(this.pids)
      if (this.end !== undefined) throw broken(`"${this.command[0]}" never listened: ${this.end}`)
      if (portsOf(found) !== portsOf(this.listeners)) since = Date.now()
      this.listeners = found
      const wanted = port === undefined ? found : found.filter((listener) => listener.port === port)
      if (wanted.length && Date.now() - since >= SETTLED_MS) {
        this.listeners = wanted
        return
      }
      if (signal?.aborted) throw new SpinlabError(EXIT.inconclusive, `stopped before "${this.command[0]}" listened`)
      if (Date.now() > deadline) throw await this.#silence(port, timeout)
      await delay(POLL_MS, undefined, { ...(signal && { signal }) }).catch(() => {})
    }
  }

  async #silence(port: number | undefined, timeout: number): Promise<SpinlabError> {
    const ports = portsOf(this.listeners)
    if (port !== undefined && ports)
      return usage(`port ${port} is not one that "${this.command[0]}" listens on: ${ports}${await ownerHere(port)}`)
    const names = await Promise.all(this.pids.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')))
    const seen = names.map((name) => name.trim()).filter(Boolean)
    return broken(
      `"${this.command[0]}" listens on no TCP port after ${timeout / 1000} s; running: ${seen.join(', ')}${this.#words.say()}`,
    )
  }
}

function terminate(pid: number) {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // it ended between the look and the signal
  }
}

const portsOf = (listeners: readonly Listener[]) => listeners.map(({ port }) => port).join(', ')
