import type { Room } from '../stage/room.ts'
import type { Scope } from './scope.ts'

// Only built-ins of the shell: a reader that starts no process for a look.
const READER = 'while read -r file; do line=; read -r line 2>/dev/null <"$file"; echo "$line"; done'

/** What a running process has cost so far. */
export class CostMeter {
  readonly #ask: (line: string) => void
  readonly #answers: AsyncIterator<string>
  readonly #file: string

  /** `pid` as seen inside the room. */
  constructor(scope: Scope, room: Room, pid: number) {
    const reader = scope.run(room, ['sh', '-c', READER])
    this.#ask = reader.tell
    this.#answers = reader.lines[Symbol.asyncIterator]()
    this.#file = `/proc/${pid}/schedstat`
  }

  /** Seconds of CPU; 0 once it is gone. */
  async used(): Promise<number> {
    this.#ask(this.#file)
    const { value } = await this.#answers.next()
    // The first field is the time on a CPU in ns (Documentation/scheduler/sched-stats.rst).
    return (Number.parseInt(value ?? '', 10) || 0) / 1e9
  }
}
