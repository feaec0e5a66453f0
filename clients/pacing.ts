/** When arrivals are due: from the start alone, never from what became of earlier ones (no coordinated omission). */
export class Schedule {
  readonly #rate: number
  readonly #jitter: (arrival: number) => number

  /** `rate`: arrivals a second. `jitter`: how late an arrival is due, as a share (0 <= share < 1) of the distance to the next. */
  constructor(rate: number, jitter: (arrival: number) => number = () => 0) {
    this.#rate = rate
    this.#jitter = jitter
  }

  /** ms from the start at which an arrival (0, 1, …) is due */
  dueTime(arrival: number): number {
    return ((arrival + this.#jitter(arrival)) * 1000) / this.#rate
  }

  /** how many arrivals are due after so many ms */
  dueBy(elapsed: number): number {
    const last = Math.floor((elapsed * this.#rate) / 1000)
    return this.dueTime(last) <= elapsed ? last + 1 : last
  }
}

/** How well the generator keeps its schedule; counts grow from its start. */
export interface Pace {
  due: number
  started: number
  /** arrivals a second */
  targetRate: number
  /** over the last second, or since the last start or resume if that is less */
  achievedRate: number
  saturated: boolean
}

/** ms of arrivals that may be sent in one go before connections get their turn again. */
const SLICE = 10
/** ms over which rate and saturation are judged. */
const MEMORY = 1000
/**
 * Saturated is who was, throughout the last second, behind by more than this share of a second's arrivals: a
 * hiccup that is made up for is none, a lag that stays or grows is, at whatever rate.
 */
const TOLERATED_LAG = 0.1

/** Sends arrivals when they are due. It sleeps in between, at least 1 ms, and so never spins, however far it is behind. */
export class Pacer {
  readonly #rate: number
  readonly #schedule: Schedule
  readonly #arrive: (arrival: number, due: number) => void
  /** the moment (of performance.now) that the schedule counts from; moves on by the length of each pause */
  #origin = performance.now()
  #pausedAt: number | undefined = this.#origin
  #started = 0
  #timer: NodeJS.Timeout | undefined
  #looks: { at: number; started: number; behind: number }[] = []

  /** `arrive` gets the number of the arrival and the moment (of performance.now) at which it was due. */
  constructor(rate: number, schedule: Schedule, arrive: (arrival: number, due: number) => void) {
    this.#rate = rate
    this.#schedule = schedule
    this.#arrive = arrive
  }

  /** Starts, or goes on after a pause. */
  resume() {
    if (this.#pausedAt === undefined) return
    const now = performance.now()
    this.#origin += now - this.#pausedAt
    this.#pausedAt = undefined
    this.#looks = [{ at: now, started: this.#started, behind: this.#due(now) - this.#started }]
    this.#send()
  }

  /** No arrivals become due until `resume`. */
  pause() {
    this.#pausedAt ??= performance.now()
    clearTimeout(this.#timer)
  }

  /** To be asked several times a second: the answer rests on the earlier ones. */
  look(): Pace {
    const now = performance.now()
    const due = this.#due(now)
    this.#looks.push({ at: now, started: this.#started, behind: due - this.#started })
    const young = this.#looks.findLastIndex((look) => now - look.at >= MEMORY)
    if (young > 0) this.#looks.splice(0, young)
    const seconds = (now - (this.#looks[0]?.at ?? now)) / 1000
    const recent = this.#started - (this.#looks[0]?.started ?? 0)
    return {
      due,
      started: this.#started,
      targetRate: this.#rate,
      achievedRate: seconds > 0 ? Math.round((10 * recent) / seconds) / 10 : 0,
      // The 1 is the arrival that is due in this very millisecond.
      saturated: seconds * 1000 >= MEMORY && this.#looks.every((look) => look.behind > 1 + TOLERATED_LAG * this.#rate),
    }
  }

  #due(now: number): number {
    return this.#schedule.dueBy((this.#pausedAt ?? now) - this.#origin)
  }

  readonly #send = () => {
    const begin = performance.now()
    let now = begin
    while (this.#started < this.#due(now) && now - begin < SLICE) {
      const arrival = this.#started++
      this.#arrive(arrival, this.#origin + this.#schedule.dueTime(arrival))
      now = performance.now()
    }
    const next = this.#origin + this.#schedule.dueTime(this.#started)
    // Rounded up: a timer that fires early would find nothing due.
    if (this.#pausedAt === undefined) this.#timer = setTimeout(this.#send, Math.max(1, Math.ceil(next - now)))
  }
}
