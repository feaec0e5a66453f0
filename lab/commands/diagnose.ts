import { readFile } from 'node:fs/promises'
import { loadCollector } from '../collectors/choose.ts'
import type { Collector, Watch } from '../collectors/collector.ts'
import { probeWindows } from '../collectors/probe-lines.ts'
import { watching } from '../collectors/scope.ts'
import { type Diagnosis, diagnose as putIntoWords } from '../diagnosis/diagnosis.ts'
import { readGoroutines, readSchedtrace } from '../diagnosis/go-evidence.ts'
import { noData } from '../diagnosis/no-data.ts'
import type { Scene } from '../diagnosis/scene.ts'
import { EXIT, SpinlabError, unsupported, usage } from '../errors.ts'
import { blockedThreads } from '../process/blocked.ts'
import { busiestOf } from '../process/busiest.ts'
import { findSubject, isAlive, isOurs, type Subject } from '../process/subject.ts'
import { diagnosisReport } from '../reporters/diagnosis.ts'
import { judge, SEVERE_CORES } from '../signatures/judge.ts'
import { thisMachine } from '../stage/this-machine.ts'
import type { Window } from '../windows/window.ts'

export interface DiagnoseOptions {
  json: boolean
  /** look at the busiest process of the tree under the pid */
  tree: boolean
  /** again and again, until stopped or the process ends */
  watch: boolean
  /** `auto`, or one by name */
  collector: string
  /** base address of a Go program's net/http/pprof, e.g. http://127.0.0.1:6060/debug/pprof */
  pprof?: string
  /** file that a Go program writes its GODEBUG=schedtrace to */
  schedtrace?: string
}

/** The first look (s); a second one takes the rest of the time, and counts every call if the first left a doubt. */
const FIRST_SECONDS = 0.9
/** When the last window must be there: ms since the start of the program, or of a round of the live view. An answer takes 3 s with all that is around it. */
const ANSWER_MS = 2300
const ROUND_MS = 2000
/** A look at the CPU before anything is attached (s). */
const STILL_SECONDS = 0.5
/** A short look with what slows the process (s). */
const STRACE_SECONDS = 0.4
const TREE_MS = 300
/** A machine under load takes its time to start an observer (s). */
const PATIENCE_SECONDS = 1.5
/** Windows are about 0.1 s long. */
const HALF_WINDOW = 0.05
/** A server that answers late has nothing to add. */
const PPROF_MS = 500

const CODES = { spin: EXIT.fail, healthy: EXIT.pass, 'no-data': EXIT.inconclusive } as const

/** Says what is wrong with a running process, and what to do. Reads only. Returns the exit code. */
export async function diagnose(id: number, options: DiagnoseOptions, stop?: AbortSignal): Promise<number> {
  let code: number = EXIT.pass
  let until = ANSWER_MS
  do {
    const diagnosis = await look(id, options, until).catch((error: unknown) => refuse(id, error))
    code = CODES[diagnosis.verdict]
    if (options.json) process.stdout.write(`${JSON.stringify(diagnosis)}\n`)
    else if (diagnosis.seconds > 0) process.stdout.write(screen(options) + diagnosisReport(diagnosis))
    if (diagnosis.seconds === 0) process.stderr.write(`spinlab: ${diagnosis.cause}\n`)
    until = performance.now() + ROUND_MS
  } while (options.watch && code !== EXIT.inconclusive && !stop?.aborted)
  return code
}

/** A live view begins at the top of the terminal each time. */
const screen = ({ watch }: DiagnoseOptions) => (watch && process.stdout.isTTY ? '\u001b[H\u001b[J' : '')

/** Missing data is an answer; everything else that goes wrong is an error. */
function refuse(id: number, error: unknown): Diagnosis {
  if (error instanceof SpinlabError && error.exitCode === EXIT.inconclusive) return noData(id, error.message)
  throw error
}

/** `until` is a time of performance.now(), which begins with the program. */
async function look(id: number, options: DiagnoseOptions, until: number): Promise<Diagnosis> {
  const root = await findSubject(id)
  const subject = options.tree ? await findSubject(await busiestOf(root.pid, TREE_MS)) : root
  const [{ windows, blind }, go] = await Promise.all([observe(subject, options.collector, until), goEvidence(options)])
  if (!(await isAlive(subject.pid)))
    throw new SpinlabError(EXIT.inconclusive, `process ${subject.pid} (${subject.name}) ended while it was watched`)
  const scene: Scene = {
    pid: subject.pid,
    name: subject.name,
    blind,
    go,
    ...(options.tree && { treeOf: root.pid }),
    ...(subject.hardFileLimit !== undefined && { hardFileLimit: subject.hardFileLimit }),
  }
  return putIntoWords(judge(windows), windows, scene)
}

interface Observation {
  windows: Window[]
  /** what could not be seen, and why */
  blind: string[]
}

async function observe(subject: Subject, collector: string, until: number): Promise<Observation> {
  if (collector !== 'auto') return observeWith(collector, subject, until)
  try {
    const first = await probe(subject, [], FIRST_SECONDS)
    const { findings, cores } = judge(first)
    // Counting every call costs the process a few per cent, so it is done where CPU burns and the first look did not say why.
    const doubt = cores >= SEVERE_CORES && !findings.some(({ spin }) => spin)
    const second = await probe(subject, doubt ? ['--duty', '1'] : [], rest(until))
    return { windows: await withBlocked([...first, ...second], subject), blind: [] }
  } catch (error) {
    if (!(error instanceof SpinlabError) || error.exitCode !== EXIT.unsupported) throw error
    return withoutRights(subject, error, until)
  }
}

const rest = (until: number) => Math.max((until - performance.now()) / 1000, 0.2)

const probe = ({ pid }: Subject, flags: readonly string[], seconds: number) =>
  gather(
    (bound) => watching((scope) => probeWindows(scope, thisMachine, ['--pid', `${pid}`, ...flags], { seconds: bound })),
    seconds,
  )

/** CPU is read before anything is attached: some observers slow what they look at, and see no CPU themselves. */
async function observeWith(name: string, { pid }: Subject, until: number): Promise<Observation> {
  const [procfs, collector] = await Promise.all([loadCollector('procfs'), loadCollector(name)])
  const before = await lookWith(procfs, pid, STILL_SECONDS)
  const windows = [...before, ...(await lookWith(collector, pid, rest(until)))]
  return { windows, blind: collector.blind ? [`${name} does not show ${collector.blind}`] : [] }
}

/** What is left: /proc, undisturbed, then a short look with strace. */
async function withoutRights(subject: Subject, refusal: Error, until: number): Promise<Observation> {
  const [procfs, strace] = await Promise.all([loadCollector('procfs'), loadCollector('strace')])
  const before = await lookWith(procfs, subject.pid, rest(until) - STRACE_SECONDS).catch(() => [])
  const calls = await lookWith(strace, subject.pid, STRACE_SECONDS).catch(() => [])
  const why = refusal.message.split('\n').at(-1)
  if (calls.length === 0 && !(await isOurs(subject.pid)) && judge(before).verdict === 'no-data')
    throw unsupported(`process ${subject.pid} (${subject.name}) is not ours to look at: ${why}`)
  return {
    windows: await withBlocked([...before, ...calls], subject),
    blind: [
      `no stacks, and no calls counted in the kernel: ${why}`,
      calls.length
        ? 'calls were counted by strace, which slows what it looks at: their rates understate'
        : 'no system calls at all: strace may not attach either',
    ],
  }
}

const lookWith = ({ watch }: Collector, pid: number, seconds: number) =>
  gather((bound) => watch(thisMachine, pid, { seconds: bound }), seconds)

/** The windows of so many seconds, however long the observer takes to begin; one that never does is given up. */
async function gather(start: (seconds: number) => Watch, seconds: number): Promise<Window[]> {
  const windows: Window[] = []
  await using watch = start(seconds + PATIENCE_SECONDS)
  for await (const window of watch) {
    windows.push(window)
    if (windows.reduce((sum, one) => sum + one.seconds, 0) >= seconds - HALF_WINDOW) break
  }
  return windows
}

/** Adds to the last window in which calls the threads sleep now. */
async function withBlocked(windows: Window[], { pid }: Subject): Promise<Window[]> {
  const blocked = await blockedThreads(pid)
  const last = windows.at(-1)
  return blocked && last ? [...windows.slice(0, -1), { ...last, blocked }] : windows
}

/** What a Go program says of itself, if it was asked for. */
async function goEvidence({ pprof, schedtrace }: DiagnoseOptions): Promise<string[]> {
  const said: string[] = []
  if (pprof) {
    const url = `${pprof.replace(/\/$/, '')}/goroutine?debug=1`
    const text = await fetch(url, { signal: AbortSignal.timeout(PPROF_MS) }).then(
      (answer) => answer.text(),
      (error: Error) => `no answer from ${url}: ${error.message}`,
    )
    said.push(...(text.startsWith('goroutine profile') ? readGoroutines(text) : [text.split('\n')[0] ?? '']))
  }
  if (schedtrace) {
    const text = await readFile(schedtrace, 'utf8').catch((error: Error) => {
      throw usage(`cannot read the schedtrace file: ${error.message}`)
    })
    said.push(...readSchedtrace(text))
  }
  return said
}
