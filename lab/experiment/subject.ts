import type { ZodType } from 'zod'
import { type ExecutionTrace, readExecutionTrace } from '../go-runtime/execution-trace.ts'
import { GoWatch } from '../go-runtime/watch.ts'
import { lastLine } from '../last-line.ts'
import type { Stage, Target } from '../stage/stage.ts'
import type { Window } from '../windows/window.ts'
import type { aim } from './aim.ts'
import type { Casualty } from './assess.ts'
import { ChaosStatistics, type Facts, SaneReport, type SaneTally } from './facts.ts'
import { KernelReader } from './kernel-reader.ts'
import { type Eyes, Observer } from './observer.ts'
import { addReport, noRequests } from './sane.ts'
import type { Traffic } from './scenario.ts'
import { TrafficClient } from './traffic.ts'

/** Long enough for some hundred events of a spin by the clock. */
const TRACE_SECONDS = 0.2

/** One server under test, with the traffic that it gets and the observer that looks at it. */
export class Subject implements AsyncDisposable {
  readonly target: Target
  readonly observer: Observer
  /** of the process that serves now; a restart changes it */
  pid: number
  /** windows of the primary observer since `begin`, of the process that serves now */
  windows: Window[] = []
  /** sane requests since `begin` */
  sane: SaneTally = noRequests
  /** set when the target, a client or an observer has ended, with its last words */
  casualty: { cut: Casualty; complaint: string } | undefined
  readonly #stage: Stage
  /** what it started itself, beside target and observer */
  readonly #helpers: AsyncDisposable[] = []
  readonly #kernel: KernelReader
  /** the sane clients, and others that are there besides the chaos */
  readonly #usual: Pick<TrafficClient<unknown>, 'tell'>[] = []
  #chaos: TrafficClient<ChaosStatistics> | undefined
  /** undefined before the chaos has begun */
  #chaosReport: ChaosStatistics | undefined
  #begun = false
  #predecessor: number | undefined
  #go: GoWatch | undefined
  #leaving = false
  /** ends the wait for the next window */
  #wake = () => {}

  constructor(stage: Stage, target: Target, eyes: Eyes) {
    this.#stage = stage
    this.target = target
    this.pid = target.pid
    this.#kernel = new KernelReader(stage.tracer, target.listen)
    this.#helpers.push(this.#kernel)
    this.observer = new Observer(
      eyes,
      stage.tracer,
      target.pid,
      (window) => {
        this.windows.push(window)
        this.#wake()
      },
      (words) => this.#lost('observer-ended', words),
    )
    void target.ended.then((code) => {
      const words = lastLine(target.complaint())
      this.#lost('target-ended', `exit ${code}${words ? `, ${words}` : ''}`)
    })
  }

  /** Starts the programs of the clients, which are then ready to begin: that takes longer than their first requests do. */
  prepareTraffic({ sane, company, chaos }: ReturnType<typeof aim>) {
    let previous: SaneReport | undefined
    this.#usual.push(
      this.#prepare(sane, SaneReport, (report) => {
        this.sane = addReport(this.sane, report, previous)
        previous = report
      }),
    )
    if (company) this.#usual.push(this.#prepare(company, ChaosStatistics, () => {}))
    if (chaos)
      this.#chaos = this.#prepare(chaos, ChaosStatistics, (report) => {
        if (this.#begun) this.#chaosReport = report
      })
  }

  /** The clients that are there besides the chaos begin. */
  startTraffic() {
    for (const client of this.#usual) client.tell('resume')
  }

  /** From now on facts say what the target's own Go runtime says, too. */
  askGo() {
    this.#go = new GoWatch(async (path) => `${await this.target.read(`/debug/pprof/${path}`)}`, this.target.complaint)
  }

  /** What the target's scheduler does in the next moment. */
  async trace(): Promise<ExecutionTrace | { missing: string }> {
    const body = await this.target.read(`/debug/pprof/trace?seconds=${TRACE_SECONDS}`)
    // A Go may be newer than the reader.
    return readExecutionTrace(body).catch((error: Error) => ({ missing: error.message }))
  }

  /** No more arrivals; what is held stays. */
  pauseChaos() {
    this.#chaos?.tell('pause')
  }

  /** Begins it, or goes on with it. */
  resumeChaos() {
    this.#begun = true
    this.#chaos?.tell('resume')
  }

  /** From here on, windows and sane requests belong to a new phase. */
  begin() {
    this.windows = []
    // The last certificate stays known, so that a change right after the beginning shows.
    this.sane = { ...noRequests, certificates: this.sane.certificates.slice(-1) }
  }

  /** Resolves when the observer has made its next window or a process has ended; after `patience` ms, or at the `stop`, in any case. */
  async nextWindow(patience: number, stop?: AbortSignal) {
    const { promise, resolve } = Promise.withResolvers<void>()
    const over = () => resolve()
    this.#wake = over
    const timer = setTimeout(over, stop?.aborted ? 0 : patience)
    stop?.addEventListener('abort', over)
    await promise
    clearTimeout(timer)
    stop?.removeEventListener('abort', over)
  }

  /** What is true at this moment. Throws when the target does not answer any more. */
  async facts(): Promise<Facts> {
    const asked = this.pid
    // Side by side, as a phase waits for both with each window; where the target has restarted, of the successor once more.
    const [target, tables] = await Promise.all([this.target.state(), this.#kernel.read(asked)])
    if (target.pid !== this.pid) this.#follow(target.pid)
    const [{ sockets, network, files }, predecessor, go] = await Promise.all([
      target.pid === asked ? tables : this.#kernel.read(target.pid),
      this.#predecessor === undefined ? undefined : this.#kernel.read(this.#predecessor),
      this.#go?.look(),
    ])
    // Of a process that is gone, not even its limits can be read.
    if (predecessor?.files.limit === 0) this.#predecessor = undefined
    const states: Record<string, number> = {}
    for (const { state } of sockets) states[state] = (states[state] ?? 0) + 1
    return {
      at: Date.now(),
      target,
      sockets: sockets.filter((socket) => socket.state !== 'TIME-WAIT'),
      states,
      network,
      files,
      ...(this.#predecessor && { predecessor: this.#predecessor }),
      ...(this.#chaosReport && { chaos: this.#chaosReport }),
      sane: this.sane,
      ...(go && { go }),
    }
  }

  /** The successor serves: what was seen of the process before it is not the successor's. */
  #follow(pid: number) {
    this.#predecessor = this.pid
    this.pid = pid
    this.windows = []
    this.observer.aim(pid)
    this.observer.attach()
  }

  #prepare<Report>({ client: name, flags }: Traffic, schema: ZodType<Report>, onReport: (report: Report) => void) {
    const client = new TrafficClient(
      this.#stage.clients,
      { client: name, flags: [...flags, '--paused'] },
      schema,
      onReport,
    )
    this.#helpers.push(client)
    void client.ended.then((words) => this.#lost('client-ended', words))
    return client
  }

  #lost(cut: Casualty, complaint: string) {
    if (!this.#leaving) this.casualty ??= { cut, complaint }
    this.#wake()
  }

  async [Symbol.asyncDispose]() {
    this.#leaving = true
    await Promise.all([this.observer, this.target, ...this.#helpers].map((part) => part[Symbol.asyncDispose]()))
  }
}
