import type { Hand } from '../healing/hand.ts'
import type { SpinClass } from '../signatures/finding.ts'
import type { Evidence } from './assess.ts'
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

/** How the experiment treats one fix that can be applied live. Name, cures, scope and whether it can be taken back must be those that the target itself declares. */
export interface Fix {
  name: string
  /** one line for the report: what it does */
  title: string
  cures: readonly Cure[]
  /** `standing` is proven under continuing arrivals; `one-shot` with the held connections unchanged, then arrivals resume and the relief is timed */
  scope: 'standing' | 'one-shot'
  /** verdict while it is applied; a fix that does not cure the spin declares `present` and must show its `effect` */
  expected: Expected
  effect?: Check
  /** of a server that began with it: when it has taken hold, where that is later than the fault would have come */
  holdsFrom?: Check
  /** it cannot be taken back; a standing one then has no relapse, and comes last */
  irreversible?: boolean
  /** it is a restart: the successor's pid is followed, the old process leaves */
  restarts?: boolean
  /** it is done to the process from outside, by one of the lab's hands; the target does not know of it */
  outside?: (seen: Pick<History, 'previous' | 'now'>) => readonly Hand[]
}

/** One form of the server: an engine or a setting in which the same traffic meets a different truth. */
export interface Variant {
  name: string
  title: string
  /** of a control: the variant that the target is started as, and its fix that is on from the start */
  begins?: { variant: string; fix: string }
  /** verdict of the `fault` phase */
  expected: Expected
  /** class of the spin, where it is not the scenario's */
  class?: SpinClass
  /** what triggers it, where it is not the scenario's chaos; null: its own doing, under sane traffic alone */
  chaos?: Traffic | null
  /** `--set` parameters of the fault */
  settings?: Readonly<Record<string, string>>
  /** soft limit of open files that the target gets once it serves */
  nofile?: number
  /** name of a finding that is no spin and must be there (e.g. a descriptor leak) */
  finding?: string
  /** `flat`: the goroutines must not follow the arrivals while the spin is there */
  goroutines?: 'flat'
  /** the fault's own truth, independent of any signature: without it there is no verdict */
  condition: Check
  /** what the fault must show besides its verdict */
  effect?: Check
  fixes: readonly Fix[]
}

/** A program of clients/, and its flags. */
export interface Traffic {
  client: string
  flags: readonly string[]
}

/** What a scenario shows of its own, under the table of phases. */
export interface Exhibit {
  title: string
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

/** One experiment, declared; everything that it needs besides this file is the Go fault of the same name. */
export interface Scenario {
  title: string
  /** class of the spin where it is present */
  class: SpinClass
  /** the first is the main one */
  variants: readonly [Variant, ...Variant[]]
  /** variants that are judged `absent` under the same chaos, after the main one */
  controls: readonly string[]
  /** what triggers the fault; null where the server does it to itself */
  chaos: Traffic | null
  /** other clients that are there from before the baseline to the end */
  company?: Traffic
  /** count the server's TLS handshakes by source address, for the report */
  handshakes?: boolean
  /** ask the server's own Go runtime, too: goroutine states, memory after a collection, scheduler */
  go?: boolean
  /** take an execution trace of the server's Go runtime after baseline, fault and the first fix, for the exhibit */
  trace?: boolean
  /** requests a second of clients that do nothing wrong */
  sane: { rate: number; over: 'tls' | 'http' }
  /** pure: a table of the scenario's own, from what was seen of the main variant */
  exhibit?: (phases: readonly Evidence[]) => Exhibit
  /** what the engineer should take home, printed under the table */
  lesson: string
}

export interface NamedScenario extends Scenario {
  name: string
}
