/** What a wake-up of the loop achieves, by which a spin is named. */
export const SPIN_CLASSES = ['empty-wakeups', 'unconsumed-readiness', 'error-loop', 'userland-loop'] as const
export type SpinClass = (typeof SPIN_CLASSES)[number]

/** What the loop takes for something else, or does not know: each has an explanation and fixes of its own. */
export const CAUSES = [
  'descriptor-table-full',
  'end-of-stream-ignored',
  'error-retried',
  'connect-retried',
  'send-retried',
  'wait-fails',
  'peeked-not-read',
  'bytes-not-read',
  'half-closed-ignored',
  'hang-up-ignored',
  'writable-registered',
  'bell-not-read',
  'closed-but-registered',
  'herd',
  'zero-timeout',
  'short-timeout',
  'paced-retry',
  'timer-storm',
  'self-waking',
  'read-retried',
  'yielding',
  'asking',
  'handler-stuck',
  'starving',
  'empty-messages',
] as const
export type Cause = (typeof CAUSES)[number]

/** What a finding is about: a process, one of its descriptors, or one of its threads. */
export interface Subject {
  pid?: number
  fd?: number
  tid?: number
}

/** Something that was found in the windows: a spin by its class, or something else by its own name. */
export interface Finding {
  /** a SpinClass, or e.g. `descriptor-leak` */
  name: string
  /** true only of a spin that is severe enough to be the verdict */
  spin: boolean
  cause?: Cause
  subject?: Subject
  /** rates are per second, `cores` is what the finding costs */
  numbers: Record<string, number>
  text: string
}

/**
 * What a suspicion rests on: calls counted by descriptor, calls summed over the process, CPU samples by the names of functions,
 * the state of things in /proc, the absence of any progress where something else tells of a loop, or nothing but that silence.
 */
export type Evidence = 'counted' | 'summed' | 'sampled' | 'state' | 'absence' | 'silence'

/** What a signature suspects, before it is weighed: futile work, how much of it, and what it costs. */
export interface Suspicion {
  class: SpinClass
  cause: Cause
  evidence: Evidence
  /** futile turns (of sampled evidence: samples) in the whole sight */
  turns: number
  /** cores that belong to the loop; undefined when no observer saw CPU */
  cores: number | undefined
  subject?: Subject
  numbers: Record<string, number>
  text: string
}
