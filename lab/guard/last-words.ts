import type { Child } from '../stage/room.ts'

const LINES = 10

/** The last lines that a process printed. */
export class LastWords {
  readonly #child: Child
  #lines: string[] = []

  constructor(child: Child) {
    this.#child = child
    void this.#read()
  }

  async #read() {
    for await (const line of this.#child.lines) this.#lines = [...this.#lines.slice(1 - LINES), line]
  }

  /** As the end of a sentence. */
  say(): string {
    const complaints = this.#child.complaint().trimEnd().split('\n')
    const lines = [...this.#lines, ...complaints].filter(Boolean).slice(-LINES)
    return lines.length ? `; its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}` : ', without a word'
  }
}
