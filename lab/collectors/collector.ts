import type { Room } from '../stage/room.ts'
import type { Window } from '../windows/window.ts'

/** Why an observer cannot work here, and what to do about it. */
export interface Lack {
  /** e.g. `strace is not installed` */
  missing: string
  /** e.g. `apt-get install strace` */
  remedy: string
}

export interface WatchOptions {
  /** Stop by itself after this many seconds; without it, watch until disposed. */
  seconds?: number
  /** Look as closely as it can, for a quick answer: the process is the lab's own, and what the look costs it is of no harm. */
  dense?: boolean
  /** Watch all that descends from the process too, where the observer knows how. */
  tree?: boolean
  /** Called with each window: true asks to look as closely as it can from then on, where the observer knows how. */
  closer?: (window: Window) => boolean
  /** Names of the calls that matter: an observer that pays for each that it counts leaves out the others. */
  calls?: ReadonlySet<string>
  /** Receives every raw line that the observer printed, so that a verdict can be computed again offline. */
  capture?: (line: string) => void
}

/** A running observation: yields windows until it is disposed or the process is gone. */
export interface Watch extends AsyncIterable<Window>, AsyncDisposable {}

/** An observer of one process. */
export interface Collector {
  readonly name: string
  /** `auto` takes the one with the lowest rank that works; without a rank it is taken by name only. */
  readonly rank?: number
  /** Fit for a short second look at what another observer reported. */
  readonly witness?: boolean
  /** It stops its target at each call, and may end the very spin that it looks at: that it finds none contradicts nobody. */
  readonly intrusive?: boolean
  /** What its windows cannot show, in words for the report; empty when it shows everything. */
  readonly blind: string
  /** Its windows hold the process too; those of others are completed by what procfs sees beside them. */
  readonly whole?: boolean
  /** Tries it on a child of its own; undefined when it works here. */
  lack(room: Room): Promise<Lack | undefined>
  /** `pid` as seen inside the room. Windows are about 0.1 s long, shorter when dense, and longer while an observer rests. */
  watch(room: Room, pid: number, options?: WatchOptions): Watch
}
