import type { Finding, SpinClass } from '../signatures/finding.ts'
import { type Judgement, SEVERE_CORES } from '../signatures/judge.ts'
import { type Sight, see } from '../signatures/sight.ts'
import { sum } from '../signatures/sums.ts'
import { short } from '../signatures/words.ts'
import type { Window } from '../windows/window.ts'
import type { Decision } from './decision-tree.ts'
import { evidenceOf } from './evidence.ts'
import { explanation } from './explanations.ts'
import type { Fix } from './fix.ts'
import { fixesFor } from './fixes.ts'
import type { Scene } from './scene.ts'

/** What `spinlab diagnose --json` prints. */
export interface Diagnosis {
  pid: number
  name: string
  verdict: Judgement['verdict']
  class: SpinClass | null
  /** of no-data: what was missing; of a healthy process that is busy: with what */
  cause: string | null
  confidence: number
  /** cores that the process wants */
  cpu: number
  severity: Severity
  findings: Finding[]
  /** a second */
  rates: Record<string, number>
  evidence: string[]
  fixes: Fix[]
  /** of a Go program: which illusion it is, or that it is none; null of another */
  illusion: Decision | null
  collector: string
  /** what could not be seen, and why */
  blind: string[]
  lost: number
  /** seconds of observation */
  seconds: number
}

export interface Severity {
  level: 'none' | 'low' | 'high'
  /** cores that the futile work wants */
  cores: number
  /** returns of waits a second */
  wakeups: number
  /** bytes or connections that wait on descriptors and are not taken */
  unserved: number
}

/** Pure: puts a judgement into words. */
export function diagnose(judgement: Judgement, windows: readonly Window[], scene: Scene): Diagnosis {
  const sight = see(windows)
  const { verdict, findings } = judgement
  const spins = findings.filter(({ spin }) => spin)
  const cost = sum(spins.map(({ numbers }) => numbers.cores ?? 0))
  return {
    pid: scene.pid,
    name: scene.name,
    verdict,
    class: judgement.class,
    cause: causeOf(judgement, sight),
    confidence: judgement.confidence,
    cpu: judgement.cores,
    severity: {
      level: verdict !== 'spin' ? 'none' : cost >= 0.5 ? 'high' : 'low',
      cores: Math.min(cost, judgement.cores),
      wakeups: ratesOf(sight).wakeups ?? 0,
      unserved: sum(sight.sockets?.map(({ unread }) => unread) ?? []),
    },
    findings,
    rates: ratesOf(sight),
    evidence: evidenceOf(sight, scene),
    fixes: fixesFor(findings, sight, scene),
    illusion: scene.illusion ?? null,
    collector: [...new Set(windows.map(({ collector }) => collector))].join(', '),
    blind: scene.blind,
    lost: sight.lost,
    seconds: sum(windows.map(({ seconds }) => seconds)),
  }
}

/** In words: what happens, and why it goes on. */
function causeOf({ verdict, findings, cores }: Judgement, sight: Sight): string | null {
  const [worst] = findings
  if (verdict === 'spin' && worst?.cause) {
    const { subject, cause, text } = worst
    const descriptor = sight.descriptors.find(({ pid, fd }) => pid === subject?.pid && fd === subject?.fd)
    return `${text}: ${explanation(cause, { sight, ...(descriptor && { descriptor }) })}`
  }
  if (verdict === 'no-data') return missing(sight)
  if (cores < SEVERE_CORES) return null
  const costOf = ({ numbers }: Finding) => numbers.cores ?? 0
  const [most] = findings.toSorted((a, b) => costOf(b) - costOf(a))
  if (most && costOf(most) >= cores / 2) return most.text
  return sight.progress === 0
    ? 'busy, and with nothing that could be seen'
    : `busy with useful calls, ${short(sight.progress / sight.seconds)} a second`
}

function missing(sight: Sight): string {
  if (sight.lost > 0) return `${sight.lost} events were lost, enough to change the verdict`
  if (sight.process) return `it burns ${sight.process.cpu.toFixed(2)} cores, and no system call could be seen`
  return 'nothing was seen of the process'
}

function ratesOf(sight: Sight): Record<string, number> {
  const { seconds, process } = sight
  if (seconds === 0)
    return process ? { voluntarySwitches: process.voluntary, involuntarySwitches: process.involuntary } : {}
  const of = (n: number) => n / seconds
  const ends = (end: 'ready' | 'empty' | 'failed') => of(sum(sight.waits.map((wait) => wait[end])))
  const counted = (name: 'eof' | 'again' | 'sendAgain' | 'failed' | 'peeked' | 'unconsumed') =>
    of(sum(sight.descriptors.map((descriptor) => descriptor[name])))
  return {
    calls: of(sight.events),
    wakeups: ends('ready') + ends('empty') + ends('failed'),
    ready: ends('ready'),
    empty: ends('empty'),
    useful: of(sight.progress),
    unconsumed: counted('unconsumed'),
    failed: counted('failed'),
    endOfStream: counted('eof'),
    again: counted('again') + counted('sendAgain'),
    peeked: counted('peeked'),
    ...(process && { voluntarySwitches: process.voluntary, involuntarySwitches: process.involuntary }),
  }
}
