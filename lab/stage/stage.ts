import type { Room } from './room.ts'
import type { TargetState } from './target-state.ts'

/** What to start as the server under test. */
export interface TargetSpec {
  fault: string
  variant: string
  /** that is on from the start */
  fix?: string
  /** `IP:PORT` inside the stage */
  listen: string
  /** extra `--set key=value` parameters of the fault */
  set: Readonly<Record<string, string>>
  /** settings of GODEBUG, beside those that its program may have */
  godebug?: string
}

/** A target other than the one that make builds, e.g. one that another Go has built. */
export interface TargetProgram {
  /** path on this machine */
  binary: string
  /** added to its environment */
  env: Readonly<Record<string, string>>
}

/** The running server under test, driven through its admin socket. */
export interface Target extends AsyncDisposable {
  /** as seen in the stage's rooms */
  readonly pid: number
  /** `IP:PORT` that its clients connect to */
  readonly listen: string
  state(): Promise<TargetState>
  /** Body of another GET on its admin socket, e.g. /debug/pprof/heap?debug=1. */
  read(path: string): Promise<Buffer>
  /** Throws with the target's own line when the fix is unknown or already applied. `restarts`: another process answers after it. */
  fix(name: string, restarts?: boolean): Promise<TargetState>
  revert(name: string): Promise<TargetState>
  /** Exit code, once it has ended by itself or was ended. */
  readonly ended: Promise<number>
  /** its last words on standard error */
  complaint(): string
}

/** Where an experiment takes place: nothing in it can reach, or be reached from, the outside. */
export interface Stage extends AsyncDisposable {
  /** what it is made of, for the report */
  readonly words: string
  /** runs the clients */
  readonly clients: Room
  /** runs the observers; sees the target's pid */
  readonly tracer: Room
  /** Folder for certificates and the like; a path that is valid inside the rooms. */
  readonly scratch: string
  /** Writes a file into the scratch folder. */
  put(name: string, content: string): Promise<void>
  /** Starts the server under test and waits until it listens. Throws StartFailure. */
  start(spec: TargetSpec): Promise<Target>
}

/** A place that experiments can be held in: native namespaces, Compose, … */
export interface Runner {
  readonly name: string
  /** Throws Unsupported, with the remedy, when this machine does not permit it. `target` is what `start` starts, where it is not what make builds. */
  open(target?: TargetProgram): Promise<Stage>
}
