import { ChaosStatistics } from '../experiment/facts.ts'
import { TrafficClient } from '../experiment/traffic.ts'
import type { Room } from '../stage/room.ts'
import { endpoint, type Port } from './port.ts'
import type { Recipe } from './recipe.ts'

/** A chaos client at one port. */
export class ChaosClient implements AsyncDisposable {
  statistics: ChaosStatistics | undefined
  /** its last words, once it has ended by itself */
  ended: string | undefined
  readonly #client: TrafficClient<ChaosStatistics>
  readonly #arrivals: number

  constructor(room: Room, recipe: Recipe, port: Port, free: number, seed: number) {
    const { arrivals, client: name, flags } = recipe.traffic({ protocol: port.protocol, free })
    this.#arrivals = arrivals
    this.#client = new TrafficClient(
      room,
      { client: name, flags: ['--to', endpoint(port), '--seed', `${seed}`, ...flags] },
      ChaosStatistics,
      (statistics) => {
        this.statistics = statistics
      },
    )
    void this.#client.ended.then((words) => {
      this.ended = words
    })
  }

  /** Whether the chaos is in full force. */
  get stands(): boolean {
    return (this.statistics?.started ?? 0) >= this.#arrivals
  }

  /** Whether any of its connections came to the server. */
  get reached(): boolean {
    const { started = 0, errors = {} } = this.statistics ?? {}
    return started > Object.values(errors).reduce((sum, count) => sum + count, 0)
  }

  [Symbol.asyncDispose]() {
    return this.#client[Symbol.asyncDispose]()
  }
}
