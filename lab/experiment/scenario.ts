import type { Facts } from './facts.ts'

export type Cure = 'spin' | 'leak' | 'harm'
/** What a phase is expected to show: the spin, or its absence. */
export type Expected = 'present' | 'absent'

/** The answer of a check: whether it holds, and the sentence with the numbers that goes into the report. */
export interface Answer {
  holds: boolean
  text: string
}

/** What was seen of a phase: at its beginning, a moment ago, and now. */
export interface History {
  first: Facts
  previous: Facts
  now: Facts
}

/** A pure question to what was seen. */
export type Check = (history: History) => Answer

/** How the experiment treats one fix that the target can apply live. Name, cures and scope must be those that the target itself declares. */
export interface Fix {
  name: string
  /** one line for the report: what it does */
  title: string
  cures: readonly Cure[]
  /** `standing` is proven under continuing arrivals, `one-shot` with the held connections unchanged */
  scope: 'standing' | 'one-shot'
  /** verdict while it is applied; a fix that does not cure the spin declares `present` and must show its `effect` */
  expected: Expected
  effect?: Check
}

/** One form of the server: an engine or a setting in which the same traffic meets a different truth. */
export interface Variant {
  name: string
  title: string
  /** verdict of the `fault` phase */
  expected: Expected
  /** name of a finding that is no spin and must be there (e.g. a descriptor leak) */
  finding?: string
  /** `flat`: the goroutines must not follow the arrivals while the spin is there */
  goroutines?: 'flat'
  /** the fault's own truth, independent of any signature: without it there is no verdict */
  condition: Check
  fixes: readonly Fix[]
}

/** A program of clients/, and its flags. */
export interface Traffic {
  client: string
  flags: readonly string[]
}

/** One experiment, declared; everything that it needs besides this file is the Go fault of the same name. */
export interface Scenario {
  title: string
  /** class of the spin where it is present */
  class: 'empty-wakeups' | 'unconsumed-readiness' | 'error-loop' | 'userland-loop'
  /** the first is the main one */
  variants: readonly [Variant, ...Variant[]]
  /** variants that are judged `absent` under the same chaos, after the main one */
  controls: readonly string[]
  chaos: Traffic
  /** count the server's TLS handshakes by source address, for the report */
  handshakes?: boolean
  /** sane requests a second, over TLS */
  saneRate: number
  /** what the engineer should take home, printed under the table */
  lesson: string
}

export interface NamedScenario extends Scenario {
  name: string
}
