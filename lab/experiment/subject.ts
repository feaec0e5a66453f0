import type { Stage, Target } from '../stage/stage.ts'
import { parseProcNetTcp } from '../windows/proc-net-tcp.ts'
import type { Window } from '../windows/window.ts'
import type { Casualty } from './assess.ts'
import { ChaosStatistics, type Facts, SaneReport, type SaneTally } from './facts.ts'
import { type Eyes, Observer } from './observer.ts'
import { addReport, noRequests } from './sane.ts'
import type { Traffic } from './scenario.ts'
import { TrafficClient } from './traffic.ts'

/** One server process under test, with the traffic that it gets and the observer that looks at it. */
export class Subject implements AsyncDisposable {
  readonly target: Target
  readonly observer: Observer
  /** windows of the primary observer since `begin` */
  windows: Window[] = []
  /** sane requests since `begin` */
  sane: SaneTally = noRequests
  /** set when the target, a client or an observer has ended, with its last words */
  casualty: { cut: Casualty; complaint: string } | undefined
  readonly #stage: Stage
  readonly #clients = new AsyncDisposableStack()
  #chaos: ChaosStatistics | undefined
  #leaving = false

  constructor(stage: Stage, target: Target, eyes: Eyes) {
    this.#stage = stage
    this.target = target
    this.observer = new Observer(
      eyes,
      stage.tracer,
      target.pid,
      (window) => this.windows.push(window),
      (words) => this.#lost('observer-ended', words),
    )
    void target.ended.then((code) => {
      const words = target.complaint().trim().split('\n').at(-1)
      this.#lost('target-ended', `exit ${code}${words ? `, ${words}` : ''}`)
    })
  }

  startSane(traffic: Traffic) {
    let previous: SaneReport | undefined
    this.#admit(
      new TrafficClient(this.#stage.clients, traffic, SaneReport, (report) => {
        this.sane = addReport(this.sane, report, previous)
        previous = report
      }),
    )
  }

  startChaos(traffic: Traffic) {
    this.#admit(
      new TrafficClient(this.#stage.clients, traffic, ChaosStatistics, (report) => {
        this.#chaos = report
      }),
    )
  }

  /** From here on, windows and sane requests belong to a new phase. */
  begin() {
    this.windows = []
    // The last certificate stays known, so that a change right after the beginning shows.
    this.sane = { ...noRequests, certificates: this.sane.certificates.slice(-1) }
  }

  /** What is true at this moment. Throws when the target does not answer any more. */
  async facts(): Promise<Facts> {
    const [target, sockets] = await Promise.all([this.target.state(), this.#sockets()])
    const states: Record<string, number> = {}
    for (const { state } of sockets) states[state] = (states[state] ?? 0) + 1
    return {
      at: Date.now(),
      target,
      sockets: sockets.filter((socket) => socket.state !== 'TIME-WAIT'),
      states,
      ...(this.#chaos && { chaos: this.#chaos }),
      sane: this.sane,
    }
  }

  async #sockets() {
    await using child = this.#stage.tracer.run(['cat', '/proc/net/tcp', '/proc/net/tcp6'])
    const lines: string[] = []
    for await (const line of child.lines) lines.push(line)
    return parseProcNetTcp(lines.join('\n')).filter((socket) => socket.local === this.target.listen)
  }

  #admit<Report>(client: TrafficClient<Report>) {
    this.#clients.use(client)
    void client.ended.then((words) => this.#lost('client-ended', words))
  }

  #lost(cut: Casualty, complaint: string) {
    if (!this.#leaving) this.casualty ??= { cut, complaint }
  }

  async [Symbol.asyncDispose]() {
    this.#leaving = true
    await this.observer.detach()
    await this.#clients.disposeAsync()
    await this.target[Symbol.asyncDispose]()
  }
}
