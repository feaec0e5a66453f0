import type { Collector, Watch } from '../collectors/collector.ts'
import type { Room } from '../runners/room.ts'
import type { Window } from '../windows/window.ts'

/** The primary observer of a target: attached while a phase is judged, and taken off where the target must be seen unobserved. */
export class Observer implements AsyncDisposable {
  readonly #collector: Collector
  readonly #room: Room
  readonly #pid: number
  readonly #onWindow: (window: Window) => void
  #watch: Watch | undefined

  constructor(collector: Collector, room: Room, pid: number, onWindow: (window: Window) => void) {
    this.#collector = collector
    this.#room = room
    this.#pid = pid
    this.#onWindow = onWindow
  }

  attach() {
    if (this.#watch) return
    const watch = this.#collector.watch(this.#room, this.#pid, { dense: true })
    this.#watch = watch
    void this.#read(watch)
  }

  async detach() {
    const watch = this.#watch
    this.#watch = undefined
    await watch?.[Symbol.asyncDispose]()
  }

  async #read(watch: Watch) {
    for await (const window of watch) this.#onWindow(window)
  }

  async [Symbol.asyncDispose]() {
    await this.detach()
  }
}
