import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { deliverCertificates } from '../certificates.ts'
import { loadCollector } from '../collectors/choose.ts'
import { broken } from '../errors.ts'
import type { Evidence } from '../experiment/assess.ts'
import { ChaosStatistics } from '../experiment/facts.ts'
import { loadScenario } from '../experiment/load-scenarios.ts'
import type { ExperimentResult, PhaseResult } from '../experiment/result.ts'
import { type HoldOptions, hold } from '../hold.ts'
import { binary, client as clientProgram } from '../places.ts'
import { readManifest, readRecord } from '../run-folder/read.ts'
import native from '../runners/native.ts'
import type { Child, Room } from '../stage/room.ts'
import type { Stage } from '../stage/stage.ts'
import type { Window } from '../windows/window.ts'

/** What a command said and how it ended. */
export interface Said {
  stdout: string
  stderr: string
  /** 124: it was ended because its time was over */
  code: number
  seconds: number
}

/** A program that others look at: its pid in the sandbox, and its first line, parsed. */
export interface Running<Ready> extends AsyncDisposable {
  pid: number
  ready: Ready
}

export interface BenchOptions {
  seed: number
  outDir: string
  stop: AbortSignal
}

/** Connections that a kind of hello is tried with, and how long a server may take to settle (ms). */
const HELLOS = 30
const SETTLE_MS = 1500

const PRINTED = fileURLToPath(new URL('printed', import.meta.url))

/** What the tests of claims work with: a sandbox, experiments of the lab, small programs, compilers. */
export class Bench implements AsyncDisposable {
  readonly room: Room
  readonly #stage: Stage
  readonly #options: BenchOptions
  readonly #experiments = new Map<string, Promise<ExperimentResult>>()

  private constructor(stage: Stage, options: BenchOptions) {
    this.#stage = stage
    this.room = stage.tracer
    this.#options = options
  }

  static async open(options: BenchOptions): Promise<Bench> {
    return new Bench(await native.open(), options)
  }

  /** Runs a shell script in the sandbox, for so many seconds at most. */
  async shell(script: string, seconds = 20): Promise<Said> {
    const begun = performance.now()
    const argv = ['timeout', '--kill-after=1', `${seconds}`, 'bash', '-c', script]
    await using child = this.room.run(argv)
    const lines: string[] = []
    for await (const line of child.lines) lines.push(line)
    const code = await child.ended
    return {
      stdout: lines.join('\n'),
      stderr: child.complaint(),
      code: code === 128 + 9 ? 124 : code,
      seconds: (performance.now() - begun) / 1000,
    }
  }

  /** Why a program cannot be used here; undefined when it is there. */
  async lacks(...programs: string[]): Promise<string | undefined> {
    for (const program of programs)
      if ((await this.shell(`command -v ${program}`)).code !== 0) return `${program} is not installed`
    return undefined
  }

  /** the program of the demonstrations */
  readonly demo = binary('demo')

  /** Starts a demonstration that others look at (servers/cmd/demo), and waits until it is ready. */
  async start<Ready>(name: string, ...args: (string | number)[]): Promise<Running<Ready>> {
    const child = this.#run(['sh', '-c', 'echo $$; exec "$@"', 'sh'], name, args)
    const lines = child.lines[Symbol.asyncIterator]()
    const [pid, first] = [await lines.next(), await lines.next()]
    if (first.done) throw broken(`demo ${name} did not start: ${child.complaint().trim()}`)
    return {
      pid: Number(pid.value),
      ready: JSON.parse(first.value),
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    }
  }

  /** Runs a demonstration that looks by itself, and returns what it saw. */
  async see<Seen>(name: string, ...args: (string | number)[]): Promise<Seen> {
    await using child = this.#run([], name, args)
    for await (const line of child.lines) return JSON.parse(line)
    throw broken(`demo ${name} saw nothing: ${child.complaint().trim()}`)
  }

  #run(prefix: string[], name: string, args: (string | number)[]): Child {
    return this.room.run([...prefix, this.demo, name, ...args.map(String)])
  }

  /** What the lab's own eyes see of a process, until its calls were counted for so many seconds. */
  async windows(pid: number, seconds: number): Promise<Window[]> {
    const windows: Window[] = []
    let counted = 0
    await using watch = (await loadCollector('probe')).watch(this.room, pid, { dense: true })
    for await (const window of watch) {
      windows.push(window)
      if (window.calls) counted += window.seconds
      if (counted >= seconds) return windows
    }
    throw broken(`the probe counted the calls of process ${pid} for ${counted.toFixed(1)} s, not for ${seconds}`)
  }

  /** Holds an experiment of the lab; the same one is held once. */
  experiment(
    scenario: string,
    options: Pick<HoldOptions, 'variant' | 'fix'> & { brief?: boolean },
  ): Promise<ExperimentResult> {
    const key = JSON.stringify([scenario, options])
    const { seed, outDir, stop } = this.#options
    const common = { seed, outDir, runner: 'native', collector: 'auto', timeout: 30_000, quiet: true }
    const held = this.#experiments.get(key) ?? hold(scenario, { brief: true, ...common, ...options }, stop)
    this.#experiments.set(key, held)
    return held
  }

  /** What was seen of the first phase with this name. */
  async evidence({ run, scenario }: ExperimentResult, phase: PhaseResult['name']): Promise<Evidence> {
    const record = readRecord(run, readManifest(run), await loadScenario(scenario))
    const found = record.main.phases.find((evidence) => evidence.phase.name === phase)
    if (!found) throw broken(`${run} has no phase ${phase}`)
    return found
  }

  /**
   * Sends hellos of one kind to stock net/http over TLS: how many connections were sent, how many of their descriptors the server holds while the
   * clients stay, and how many when they are gone.
   */
  async hellos(kind: string): Promise<{ sent: number; stalled: number; open: number }> {
    await deliverCertificates(this.#stage)
    const spec = { fault: 'tls-storm', variant: 'netpoller', listen: '127.0.0.1:8443', set: {} }
    await using target = await this.#stage.start(spec)
    const descriptors = async () => (await target.state()).gauges.fds ?? 0
    const settles = async (enough: (fds: number) => boolean) => {
      const deadline = Date.now() + SETTLE_MS
      while (!enough(await descriptors()) && Date.now() < deadline) await delay(20)
      return descriptors()
    }
    const before = await descriptors()
    const flags = [
      '--to',
      target.listen,
      '--seed',
      `${this.#options.seed}`,
      '--rate',
      '100',
      '--hold',
      '1000',
      '--kinds',
      kind,
    ]
    await using client = this.room.run([process.execPath, clientProgram('hello-storm'), ...flags])
    let sent = 0
    for await (const line of client.lines) {
      sent = ChaosStatistics.parse(JSON.parse(line)).started
      if (sent >= HELLOS) break
    }
    client.tell('pause')
    const stalled = (await settles((fds) => fds <= before)) - before
    await client.stop()
    return { sent, stalled: Math.max(stalled, 0), open: Math.max((await settles((fds) => fds <= before)) - before, 0) }
  }

  /** A code block of the article, as it is printed there (printed/). */
  printed(name: string): Promise<string> {
    return readFile(join(PRINTED, `${name}.txt`), 'utf8')
  }

  /** Gives a source file to a compiler; `{}` in its arguments is the file. The words are the compiler's own. */
  async compile(
    file: string,
    source: string,
    argv: readonly string[],
  ): Promise<{ accepted: boolean; words: string[] }> {
    const folder = await mkdtemp(join(tmpdir(), 'spinlab-claim-'))
    try {
      await writeFile(join(folder, file), source)
      const [program = '', ...args] = argv.map((word) => word.replace('{}', join(folder, file)))
      const { failed, all } = await execa(program, args, {
        cwd: folder,
        reject: false,
        all: true,
        env: { GO111MODULE: 'off', CGO_ENABLED: '0' },
      })
      const words = (all ?? '')
        .split('\n')
        .filter((line) => /error|undefined|syntax|unknown|not found|missing/i.test(line))
      return { accepted: !failed, words: words.map((line) => line.replaceAll(`${folder}/`, '').trim()) }
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  /** A file of Go's own sources. */
  async goSource(path: string, goroot?: string): Promise<string> {
    const root = goroot ?? (await execa('go', ['env', 'GOROOT'])).stdout
    if (!existsSync(join(root, 'src', path))) throw broken(`${root} has no src/${path}`)
    return readFile(join(root, 'src', path), 'utf8')
  }

  async [Symbol.asyncDispose]() {
    await this.#stage[Symbol.asyncDispose]()
  }
}
