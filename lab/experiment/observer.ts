import type { Collector, Watch } from '../collectors/collector.ts'
import type { Room } from '../stage/room.ts'
import { joinProcess } from '../windows/join-process.ts'
import type { Window } from '../windows/window.ts'

/** What judges a target: an observer, and where that one does not see the process itself, another beside it that does. */
export interface Eyes {
  primary: Collector
  beside?: Collector
  /** beside a witness that does not see the process */
  process?: Collector
}

/** The eyes on one target: open while a phase is judged, and closed where the target must be seen unobserved. */
export class Observer implements AsyncDisposable {
  readonly #eyes: Eyes
  readonly #room: Room
  #pid: number
  readonly #onWindow: (window: Window) => void
  readonly #onFailure: (words: string) => void
  #watches: Watch[] = []
  /** of the observer beside, the last few seconds */
  #processes: Window[] = []

  constructor(
    eyes: Eyes,
    room: Room,
    pid: number,
    onWindow: (window: Window) => void,
    onFailure: (words: string) => void,
  ) {
    this.#eyes = eyes
    this.#room = room
    this.#pid = pid
    this.#onWindow = onWindow
    this.#onFailure = onFailure
  }

  attach() {
    if (this.#watches.length) return
    const { primary, beside } = this.#eyes
    if (beside)
      this.#watch(beside, (window) => {
        this.#processes = [...this.#processes.slice(-KEPT), window]
      })
    this.#watch(primary, (window) => {
      for (const joined of joinProcess([window], this.#processes)) this.#onWindow(joined)
    })
  }

  /** The next look is at this process. */
  aim(pid: number) {
    this.#pid = pid
  }

  async detach() {
    const watches = this.#watches
    this.#watches = []
    await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()))
  }

  #watch(collector: Collector, take: (window: Window) => void) {
    const watch = collector.watch(this.#room, this.#pid, { dense: true })
    this.#watches.push(watch)
    const read = async () => {
      for await (const window of watch) take(window)
    }
    read().catch((error: Error) => this.#onFailure(`${collector.name}: ${error.message}`))
  }

  async [Symbol.asyncDispose]() {
    await this.detach()
  }
}

/** windows */
const KEPT = 50
