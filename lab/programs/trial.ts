import { setTimeout as delay } from 'node:timers/promises'
import { chooseCollectors } from '../collectors/choose.ts'
import { broken } from '../errors.ts'
import { Observer } from '../experiment/observer.ts'
import { rates } from '../experiment/rates.ts'
import type { PhaseRates, Verdict } from '../experiment/result.ts'
import native from '../runners/native.ts'
import { decide } from '../signatures/decision.ts'
import type { SpinClass } from '../signatures/finding.ts'
import { judge } from '../signatures/judge.ts'
import { sum } from '../signatures/sums.ts'
import { childrenOf } from '../stage/process-tree.ts'
import type { Child } from '../stage/room.ts'
import { thisMachine } from '../stage/this-machine.ts'
import type { Window } from '../windows/window.ts'
import type { Binaries } from './program.ts'

/** What one run of a program showed. */
export interface Trial {
  verdict: Verdict
  class: SpinClass | null
  /** of a spin: the sentence that says what spins; of no-data: what was missing */
  cause: string | null
  rates: PhaseRates
  seconds: number
}

export interface TrialOptions {
  /** added to the program's environment */
  env: Readonly<Record<string, string>>
  /** `auto`, or one by name */
  collector: string
  /** ms until program and trigger must be ready, and again until there must be a verdict */
  timeout: number
  stop: AbortSignal
}

/** A spin may begin this long (ms) after the program said that it is ready; its absence counts only from then on. */
const ONSET_MS = 1500
/** So much (s) must then be seen before absence is an answer: that nothing comes or goes any more shows only after a while. */
const ENOUGH_SECONDS = 1.5
const LOOK_EVERY_MS = 50
/** All that is asked of it comes from its trigger. */
const UNASKED = { unasked: true }

/** Starts a program in a sandbox of its own, then its trigger, and watches until the evidence decides. Throws when it never becomes ready. */
export async function trial({ program, trigger }: Binaries, options: TrialOptions): Promise<Trial> {
  const started = Date.now()
  await using stage = await native.open()
  const { primary, beside } = await chooseCollectors(thisMachine, options.collector)
  await using running = new AsyncDisposableStack()
  let mishap: string | undefined
  const start = async (who: string, argv: readonly string[], env: TrialOptions['env']) => {
    const child = running.use(stage.clients.run(argv, { env }))
    const words = await ready(child, who, options)
    void child.ended.then((code) => {
      mishap ??= `${who} ended (exit ${code}): ${lastWords(child)}`
    })
    return { child, words }
  }
  const { child: subject, words } = await start('the program', [program], options.env)
  if (trigger) await start('its trigger', [trigger, ...words], {})
  const [pid] = childrenOf(subject.pid)
  if (pid === undefined) throw broken(mishap ?? 'the program ended')
  const windows: Window[] = []
  await using observer = new Observer(
    { primary, ...(beside && { beside }) },
    thisMachine,
    pid,
    (window) => windows.push(window),
    (complaint) => {
      mishap ??= complaint
    },
  )
  observer.attach()
  const found = await watch(windows, Date.now() + options.timeout, options.stop, () => mishap)
  return { ...found, rates: rates(windows), seconds: (Date.now() - started) / 1000 }
}

/** The words after `ready` in the first line that begins with it; what is printed after that is read and dropped. */
async function ready(child: Child, who: string, { timeout, stop }: TrialOptions): Promise<string[]> {
  const lines = child.lines[Symbol.asyncIterator]()
  const patience = AbortSignal.any([stop, AbortSignal.timeout(timeout)])
  const { promise: over, resolve } = Promise.withResolvers<'over'>()
  patience.addEventListener('abort', () => resolve('over'))
  for (;;) {
    const next = patience.aborted ? 'over' : await Promise.race([lines.next(), over])
    if (next === 'over')
      throw broken(stop.aborted ? 'interrupted' : `${who} did not print "ready" within ${timeout / 1000} s`)
    if (next.done) throw broken(`${who} ended (exit ${await child.ended}) before it was ready: ${lastWords(child)}`)
    if (!/^ready\b/.test(next.value)) continue
    void drain(lines)
    return next.value.split(/\s+/).slice(1).filter(Boolean)
  }
}

async function drain(lines: AsyncIterator<string>) {
  while (!(await lines.next()).done);
}

async function watch(
  windows: readonly Window[],
  deadline: number,
  stop: AbortSignal,
  mishap: () => string | undefined,
): Promise<Pick<Trial, 'verdict' | 'class' | 'cause'>> {
  const noData = (cause: string) => ({ verdict: 'no-data' as const, class: null, cause })
  const onset = Date.now() + ONSET_MS
  for (;;) {
    const settled = windows.filter((window) => window.start >= onset)
    const enough = sum(settled.map(({ seconds }) => seconds)) >= ENOUGH_SECONDS
    const [early, late] = [decide(windows, UNASKED), judge(enough ? settled : [], UNASKED)]
    const spin = early.verdict === 'present' ? early : late.verdict === 'spin' ? late : undefined
    if (spin)
      return {
        verdict: 'present',
        class: spin.class,
        cause: spin.findings.find((finding) => finding.spin)?.text ?? null,
      }
    if (enough && decide(settled, UNASKED).verdict === 'absent') return { verdict: 'absent', class: null, cause: null }
    const happened = mishap()
    if (happened) return noData(happened)
    if (stop.aborted) return noData('interrupted')
    if (Date.now() > deadline) return noData('the time limit passed with no decision')
    await delay(LOOK_EVERY_MS, undefined, { signal: stop }).catch(() => {})
  }
}

/** Of a Go program that crashes, the line before the stacks. */
function lastWords(child: Child): string {
  const lines = child.complaint().trim().split('\n')
  return lines.findLast((line) => /^(panic|fatal error): /.test(line)) ?? lines.at(-1) ?? ''
}
