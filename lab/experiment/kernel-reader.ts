import { broken } from '../errors.ts'
import { binary } from '../places.ts'
import type { Child, Room } from '../stage/room.ts'
import { type KernelTables, parseKernelTables } from '../windows/kernel-tables.ts'

/** Reads the kernel's tables beside the target, again and again: one process for the whole experiment, as a new one for each look costs more than the look. */
export class KernelReader implements AsyncDisposable {
  readonly #child: Child
  readonly #lines: AsyncIterator<string>
  #last: Promise<unknown> = Promise.resolve()

  /** `local`: the address that the sockets which matter have at their own end */
  constructor(room: Room, local: string) {
    this.#child = room.run([binary('probe'), 'tables', '--local', local])
    this.#lines = this.#child.lines[Symbol.asyncIterator]()
  }

  /** The tables of this moment. `pid` as seen in the room. */
  read(pid: number): Promise<KernelTables> {
    const answer = this.#last.then(() => this.#ask(pid))
    this.#last = answer.catch(() => {})
    return answer
  }

  async #ask(pid: number): Promise<KernelTables> {
    this.#child.tell(`${pid}`)
    const lines: string[] = []
    for (;;) {
      const { value, done } = await this.#lines.next()
      if (done)
        throw broken(`the reader of the kernel's tables ended: ${this.#child.complaint().trim() || 'without a word'}`)
      if (value === '.') return parseKernelTables(lines)
      lines.push(value)
    }
  }

  async [Symbol.asyncDispose]() {
    await this.#child.stop()
  }
}
