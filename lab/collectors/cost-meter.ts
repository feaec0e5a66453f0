import type { Room } from '../runners/room.ts'
import type { Scope } from './scope.ts'

// Only built-ins of the shell: a reader that starts no process for a look.
const READER = 'while read -r file; do line=; read -r line 2>/dev/null <"$file"; echo "$line"; done'

/** What an observer costs itself. */
export class CostMeter {
  readonly #ask: (line: string) => void
  readonly #answers: AsyncIterator<string>
  readonly #file: string
  #used = 0

  /** `pid` as seen inside the room. */
  constructor(scope: Scope, room: Room, pid: number) {
    const reader = scope.run(room, ['sh', '-c', READER])
    this.#ask = reader.tell
    this.#answers = reader.lines[Symbol.asyncIterator]()
    this.#file = `/proc/${pid}/schedstat`
  }

  /** Seconds of CPU since the last look, the start of the observer included; 0 once it is gone. */
  async cpu(): Promise<number> {
    this.#ask(this.#file)
    const { value } = await this.#answers.next()
    // The first field is the time on a CPU in ns (Documentation/scheduler/sched-stats.rst).
    const used = Number.parseInt(value ?? '', 10) / 1e9
    if (Number.isNaN(used)) return 0
    const fresh = used - this.#used
    this.#used = used
    return fresh
  }
}
