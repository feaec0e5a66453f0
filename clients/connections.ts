import type { Socket } from 'node:net'
import { assertOpenFiles } from './open-files.ts'

/** How the client gives a connection up. */
export type Leave = 'fin' | 'rst'

interface Held {
  socket: Socket
  leave: Leave
  connected: boolean
  /** the server has sent its FIN */
  ended: boolean
}

/** Counts from the start; connected = held + closedByServer + closedByClient. */
export interface ConnectionCounts {
  /** on their way: neither connected yet nor given up */
  connecting: number
  connected: number
  held: number
  /** those of `held` that the server has closed its half of */
  halfClosed: number
  /** ended from the other side: FIN, RST, or no answer */
  closedByServer: number
  closedByClient: number
  /** by code; a RST of the server counts here as ECONNRESET, too */
  errors: Record<string, number>
}

/** Holds up to `limit` connections; when it is full the oldest goes, so that arrivals never stop. */
export class Connections {
  readonly #limit: number
  readonly #atFin: 'close' | 'keep'
  /** oldest first */
  readonly #held = new Set<Held>()
  #connected = 0
  #closedByServer = 0
  #closedByClient = 0
  readonly #errors: Record<string, number> = {}

  /** Throws UsageError where this process may not open so many. `atFin`: what is done with a connection when the server has closed its half. */
  constructor(limit: number, atFin: 'close' | 'keep' = 'close') {
    assertOpenFiles(limit)
    this.#limit = limit
    this.#atFin = atFin
  }

  /** Opens one more; `talk` begins when it is connected. Whoever destroys the socket that is returned gives it up before its turn. */
  open(connect: () => Socket, leave: Leave, talk: (socket: Socket) => void): Socket {
    const [oldest] = this.#held
    if (oldest && this.#held.size >= this.#limit) this.#giveUp(oldest)
    const socket = connect()
    const own: Held = { socket, leave, connected: false, ended: false }
    this.#held.add(own)
    socket.on('connect', () => {
      own.connected = true
      this.#connected++
      talk(socket)
    })
    socket.on('end', () => {
      own.ended = true
      if (this.#atFin === 'keep') return
      if (this.#held.delete(own)) this.#closedByServer++
      socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!this.#held.delete(own)) return
      this.#count(error.code ?? error.name)
      if (own.connected) this.#closedByServer++
    })
    socket.on('close', () => {
      // The conversation itself has ended it.
      if (this.#held.delete(own)) this.#left(own)
    })
    return socket
  }

  counts(): ConnectionCounts {
    return {
      connecting: [...this.#held].filter(({ connected }) => !connected).length,
      connected: this.#connected,
      held: this.#connected - this.#closedByServer - this.#closedByClient,
      halfClosed: [...this.#held].filter(({ ended }) => ended).length,
      closedByServer: this.#closedByServer,
      closedByClient: this.#closedByClient,
      errors: this.#errors,
    }
  }

  close(): void {
    for (const held of this.#held) this.#giveUp(held)
  }

  #giveUp(held: Held) {
    this.#held.delete(held)
    this.#left(held)
    if (held.connected && held.leave === 'rst') held.socket.resetAndDestroy()
    else held.socket.destroy()
  }

  #left({ connected }: Held) {
    if (connected) this.#closedByClient++
    else this.#count('UNANSWERED')
  }

  #count(code: string) {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1
  }
}
