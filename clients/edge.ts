import type { Endpoint } from './loopback.ts'
import { type OpenWebSocket, openWebSocket } from './web-sockets.ts'

/** Counts of all edges from the start. */
export interface EdgeCounts {
  connected: number
  readings: number
  /** answers of the gateway */
  heard: number
  reset: number
  vanished: number
  closedByServer: number
  /** by code */
  errors: Record<string, number>
}

/** A device with an address of its own, which is on or off. */
export class Edge {
  readonly #to: Endpoint
  readonly #counts: EdgeCounts
  #address: string
  #open: OpenWebSocket | undefined

  constructor(to: Endpoint, address: string, counts: EdgeCounts) {
    this.#to = to
    this.#address = address
    this.#counts = counts
  }

  /** From the beginning of a connection to its end. */
  get isOn(): boolean {
    return this.#open !== undefined
  }

  get isConnected(): boolean {
    return this.#open?.messages.readyState === 1
  }

  connect() {
    const open = openWebSocket(this.#to, this.#address, '/edge')
    this.#open = open
    const end = (count: () => void) => {
      if (this.#open !== open) return
      this.#open = undefined
      count()
    }
    open.messages.on('open', () => this.#counts.connected++)
    open.messages.on('message', () => this.#counts.heard++)
    open.messages.on('error', (error: NodeJS.ErrnoException) =>
      end(() => {
        const code = error.code ?? error.name
        this.#counts.errors[code] = (this.#counts.errors[code] ?? 0) + 1
      }),
    )
    open.messages.on('close', () => end(() => this.#counts.closedByServer++))
  }

  /** What a device has to say. */
  speak(reading: string) {
    if (!this.isConnected) return
    this.#counts.readings++
    this.#open?.messages.send(reading)
  }

  /** Breaks off: the kernel sends a RST. */
  reset() {
    const open = this.#open
    if (!open) return
    this.#open = undefined
    this.#counts.reset++
    open.wire.resetAndDestroy()
  }

  /** Nothing is heard of it any more, not even that; when it is on again, it has another address. */
  async vanish(cutOff: (address: string) => Promise<void>, next: string) {
    const open = this.#open
    if (!open) return
    this.#open = undefined
    const address = this.#address
    this.#address = next
    await cutOff(address)
    this.#counts.vanished++
    open.wire.resetAndDestroy()
  }
}
