import { type GoSnapshot, lookAtGo } from './snapshot.ts'

/**
 * A look makes the program collect its garbage, and runtime.GC yields after each span that it sweeps (runtime/mgc.go), whereupon the scheduler polls with a timeout of 0:
 * three looks a second were a thousand empty waits, and looked like a spin. So looks are not made more often than this (ms).
 */
const FRESH_MS = 1000

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
