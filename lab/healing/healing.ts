import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Deed, State } from './deed.ts'
import type { Hand } from './hand.ts'
import { healCommand, wordsOf } from './words.ts'

/** What the eyes made of the process. */
type Verdict = Pick<Diagnosis, 'verdict' | 'class' | 'cause' | 'cpu' | 'confidence'>

/** What `spinlab heal --json` prints. */
export interface Healing {
  pid: number
  name: string
  fix: string
  done: boolean
  /** for how long one thread was held up, at most (ms) */
  stoppedMs: number
  /** without `--yes`, and of an undo, nobody looks whether it spins */
  before: State & Partial<Verdict>
  after: (State & Partial<Verdict>) | null
  /** what it does, and what it costs */
  does: string
  cost: string
  /** of a plan: what has it done */
  command: string | null
  /** the command that takes it back; null when nothing does */
  undo: string | null
}

/** A deed, or its plan, and what was seen around it. */
export interface Treatment {
  pid: number
  name: string
  hand: Hand
  deed: Deed
  before?: Diagnosis
  after?: Diagnosis
}

/** Pure: puts a deed into words. */
export function healing({ pid, name, hand, deed, before, after }: Treatment): Healing {
  const { fix, done, stoppedMs } = deed
  return {
    pid,
    name,
    fix,
    done,
    stoppedMs,
    before: { ...deed.before, ...(before && verdictOf(before)) },
    after: deed.after && { ...deed.after, ...(after && verdictOf(after)) },
    ...wordsOf(hand, deed.before.descriptor),
    command: done ? null : healCommand(pid, hand),
    undo: deed.undo && healCommand(pid, deed.undo),
  }
}

const verdictOf = ({ verdict, class: spin, cause, cpu, confidence }: Diagnosis): Verdict => ({
  verdict,
  class: spin,
  cause,
  cpu,
  confidence,
})
