import { z } from 'zod'
import { binary } from '../places.ts'
import type { Child, Room } from '../stage/room.ts'

const count = z.number().int().nonnegative()

/** TLS handshakes of a Go server, by the address of the peer and the error in which they ended. */
export const Handshakes = z.object({
  /** how the functions of crypto/tls were probed */
  mode: z.string(),
  handshakes: count,
  failures: z.array(z.object({ source: z.string(), error: z.string(), count })),
  /** those whose peer could not be told */
  unknown: count,
  lost: count,
})
export type Handshakes = z.infer<typeof Handshakes>

/** Counts from its start on; `result` is what it counted last, or why it could not. */
export class HandshakeCounter implements AsyncDisposable {
  result: Handshakes | { missing: string } = { missing: 'nothing was counted' }
  readonly #child: Child
  readonly #done: Promise<void>

  constructor(room: Room, pid: number) {
    this.#child = room.run([binary('probe'), 'tls', '--pid', `${pid}`, '--until-eof'])
    this.#done = this.#read()
  }

  async #read() {
    for await (const line of this.#child.lines) this.result = Handshakes.parse(JSON.parse(line))
    const complaint = this.#child.complaint().trim()
    if (complaint && 'missing' in this.result) this.result = { missing: complaint }
  }

  /** Takes the last counts along. */
  async [Symbol.asyncDispose]() {
    await this.#child.stop()
    await this.#done
  }
}
