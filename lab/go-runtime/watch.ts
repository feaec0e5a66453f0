import { type GoSnapshot, lookAtGo } from './snapshot.ts'

/** A look makes the program collect its garbage, so looks are not made more often than this (ms). */
const FRESH_MS = 300

/** What a Go program's runtime says, looked at now and then. */
export class GoWatch {
  readonly #read: (path: string) => Promise<string>
  readonly #trace: () => string
  #last: { at: number; snapshot: GoSnapshot | undefined } | undefined

  /** `read` and `trace` as for `lookAtGo` */
  constructor(read: (path: string) => Promise<string>, trace: () => string) {
    this.#read = read
    this.#trace = trace
  }

  async look(): Promise<GoSnapshot | undefined> {
    if (!this.#last || performance.now() - this.#last.at > FRESH_MS)
      this.#last = { at: performance.now(), snapshot: await lookAtGo(this.#read, this.#trace()) }
    return this.#last.snapshot
  }
}
