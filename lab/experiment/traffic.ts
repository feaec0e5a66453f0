import type { ZodType } from 'zod'
import { lastLine } from '../last-line.ts'
import { client } from '../places.ts'
import type { Child, Room } from '../stage/room.ts'
import type { Traffic } from './scenario.ts'

/** A client program at work: it reports itself in JSON lines on standard output. */
export class TrafficClient<Report> implements AsyncDisposable {
  /** Its last words, once it has ended or has said something that is no report. */
  readonly ended: Promise<string>
  readonly #child: Child

  constructor(
    room: Room,
    { client: name, flags }: Traffic,
    schema: ZodType<Report>,
    onReport: (report: Report) => void,
  ) {
    this.#child = room.run([process.execPath, client(name), ...flags])
    this.ended = this.#read(schema, onReport).then(
      async () => `${name} ended (exit ${await this.#child.ended}): ${lastLine(this.#child.complaint())}`,
      (error: Error) => `${name} reported nonsense: ${error.message}`,
    )
  }

  /** A command of clients/client.ts: `pause` or `resume`. */
  tell(command: 'pause' | 'resume') {
    this.#child.tell(command)
  }

  async #read(schema: ZodType<Report>, onReport: (report: Report) => void) {
    for await (const line of this.#child.lines) onReport(schema.parse(JSON.parse(line)))
  }

  async [Symbol.asyncDispose]() {
    await this.#child.stop()
  }
}
