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
  /** each descriptor that it was done to, or would be; of `raise-nofile`, the process */
  deeds: { fd: number | null; stoppedMs: number; before: State; after: State | null }[]
  /** descriptors that it could not be done to, while it was done to others */
  failed: { fd: number | null; reason: string }[]
  /** what it does, and what it costs */
  does: string
  cost: string
  /** of a plan: what has it done */
  command: string | null
  /** the command that takes it back; null when nothing does */
  undo: string | null
}

/** What a hand did or would do, or why it could not. */
export type Step = { hand: Hand } & ({ deed: Deed } | { reason: string })
type Done = Extract<Step, { deed: Deed }>

/** Deeds of one fix, or their plans, and what was seen around them. */
export interface Treatment {
  pid: number
  name: string
  /** at least one is done, or planned */
  steps: readonly Step[]
  before?: Diagnosis
  after?: Diagnosis
}

/** Pure: puts deeds into words. */
export function healing({ pid, name, steps, before, after }: Treatment): Healing {
  const all = steps.filter((step): step is Done => 'deed' in step)
  const [first, ...others] = all
  if (!first) throw new Error('nothing was done, nor planned')
  const { fix, done } = first.deed
  const words = all.map(({ hand, deed }) => wordsOf(hand, deed.before.descriptor))
  const back = all.flatMap(({ deed }) => deed.undo ?? []).reverse()
  // Of several descriptors, each has its own states below.
  const stateOf = (which: 'before' | 'after') => (others.length ? {} : first.deed[which])
  return {
    pid,
    name,
    fix,
    done,
    stoppedMs: Math.max(...all.map(({ deed }) => deed.stoppedMs)),
    before: { ...stateOf('before'), ...(before && verdictOf(before)) },
    after: first.deed.after && { ...stateOf('after'), ...(after && verdictOf(after)) },
    deeds: all.map(({ hand, deed }) => ({
      fd: hand.fd ?? null,
      stoppedMs: deed.stoppedMs,
      before: deed.before,
      after: deed.after,
    })),
    failed: steps.flatMap((step) => ('reason' in step ? { fd: step.hand.fd ?? null, reason: step.reason } : [])),
    does: unique(words.map(({ does }) => does)),
    cost: unique(words.map(({ cost }) => cost)),
    command: done
      ? null
      : healCommand(
          pid,
          all.map(({ hand }) => hand),
        ),
    undo: back.length ? healCommand(pid, back) : null,
  }
}

const unique = (texts: readonly string[]) => [...new Set(texts)].join('; ')

const verdictOf = ({ verdict, class: spin, cause, cpu, confidence }: Diagnosis): Verdict => ({
  verdict,
  class: spin,
  cause,
  cpu,
  confidence,
})
