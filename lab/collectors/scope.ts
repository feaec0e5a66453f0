import type { Child, Room } from '../stage/room.ts'
import type { Window } from '../windows/window.ts'
import type { Watch } from './collector.ts'

/** The kernel takes its time to detach from many tracepoints. */
const GRACE_MS = 5000

/** Everything that one observation started, ended together with it. */
export class Scope {
  readonly #children: Child[] = []
  readonly #ending = new AbortController()

  /** Aborted when the observation is being ended. */
  get signal(): AbortSignal {
    return this.#ending.signal
  }

  run(room: Room, argv: readonly string[]): Child {
    const child = room.run(argv)
    this.#children.push(child)
    // Ended between two steps of its start.
    if (this.signal.aborted) void child.stop('SIGINT')
    return child
  }

  async end(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#children.map((child) => child.stop('SIGINT', GRACE_MS)))
  }
}

/**
 * Makes a watch of a generator that starts its processes in the scope. Ending the watch ends the processes, which ends
 * their lines, which ends the generator, even while someone waits for its next window.
 */
export function watching(observe: (scope: Scope) => AsyncGenerator<Window>): Watch {
  const scope = new Scope()
  const windows = whole(observe(scope), scope)
  return {
    [Symbol.asyncIterator]: () => windows,
    [Symbol.asyncDispose]: () => scope.end(),
  }
}

async function* whole(windows: AsyncGenerator<Window>, scope: Scope): AsyncGenerator<Window> {
  try {
    yield* windows
  } finally {
    // Whoever disposes of the watch waits for it: there is nothing more to see, but an observer may take its time to let go.
    void scope.end()
  }
}
