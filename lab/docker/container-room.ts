import { createInterface } from 'node:readline'
import { Duplex, PassThrough, Writable } from 'node:stream'
import type Docker from 'dockerode'
import { z } from 'zod'
import { broken } from '../errors.ts'
import { binary } from '../places.ts'
import type { Child, Room } from '../stage/room.ts'
import { inImage } from './in-image.ts'
import { stopGently } from './stop-gently.ts'
import { lastWords, part } from './streams.ts'

/** What servers/cmd/room reports. */
const Report = z.object({
  id: z.number().int(),
  out: z.base64().optional(),
  err: z.base64().optional(),
  code: z.number().int().optional(),
})

/** Of a program whose room has gone: what a shell gives for one that SIGKILL ended. */
const LOST = 137
const GRACE_MS = 3000
const COMPLAINT_LIMIT = 64 * 1024
const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGKILL: 9 } as const

interface Program {
  output: PassThrough
  complaint: string
  ended: Promise<number>
  end: (code: number) => void
}

/** A room in a running container: one `docker exec` of servers/cmd/room, which starts whatever is asked for. When the lab dies, so does the container. */
export class ContainerRoom implements Room, AsyncDisposable {
  readonly #orders: Writable
  readonly #programs = new Map<number, Program>()
  readonly #closed: Promise<void>
  #last = 0
  #lost: string | undefined

  private constructor(orders: Duplex, reports: AsyncIterable<string>, complaint: () => string) {
    this.#orders = orders
    // `closed` tells.
    orders.on('error', () => {})
    this.#closed = this.#read(reports)
      .catch(() => {})
      .then(() => {
        this.#lost = `the room has gone: ${complaint().trim() || 'without a word'}`
        for (const program of this.#programs.values()) {
          program.complaint += this.#lost
          program.end(LOST)
        }
      })
  }

  static async open(docker: Docker, container: Docker.Container): Promise<ContainerRoom> {
    const exec = await container.exec({
      Cmd: [inImage(binary('room')), '--with-init'],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    })
    const connection = await exec.start({ hijack: true, stdin: true })
    const { output, errors } = part(docker, connection)
    return new ContainerRoom(connection, createInterface({ input: output }), lastWords(errors))
  }

  run(argv: readonly string[], options: { env?: Record<string, string> } = {}): Child {
    const { id, program } = this.#start(argv, options.env)
    const stop: Child['stop'] = (signal = 'SIGTERM', graceMs = 2000) => {
      this.#order({ id, eof: true })
      const send = (name: keyof typeof SIGNALS) => this.#order({ id, signal: SIGNALS[name] })
      return stopGently(send, program.ended, signal, graceMs)
    }
    return {
      pid: -1,
      lines: createInterface({ input: program.output }),
      tell: (line) => this.#order({ id, input: toBase64(`${line}\n`) }),
      complaint: () => program.complaint,
      ended: program.ended,
      stop,
      [Symbol.asyncDispose]: () => stop(),
    }
  }

  /** Connects to a Unix socket in the container. */
  dial(path: string): Duplex {
    const { id, program } = this.#start([binary('room'), 'dial', path])
    const input = new Writable({
      write: (bytes: Buffer, _, done) => {
        this.#order({ id, input: toBase64(bytes) })
        done()
      },
      final: (done) => {
        this.#order({ id, eof: true })
        done()
      },
    })
    const connection = Duplex.from({ readable: program.output, writable: input })
    connection.on('close', () => this.#order({ id, signal: SIGNALS.SIGKILL }))
    void program.ended.then((code) => {
      if (code !== 0) connection.destroy(broken(`cannot connect to ${path}: ${program.complaint.trim()}`))
    })
    return connection
  }

  /** Writes a file that only its owner can read. */
  async put(path: string, content: string): Promise<void> {
    const script = 'umask 077 && mkdir -p "$(dirname "$1")" && cat >"$1"'
    const { id, program } = this.#start(['sh', '-c', script, 'sh', path])
    this.#order({ id, input: toBase64(content), eof: true })
    if ((await program.ended) !== 0) throw broken(`cannot write ${path}: ${program.complaint.trim()}`)
  }

  #start(argv: readonly string[], env?: Record<string, string>): { id: number; program: Program } {
    const id = ++this.#last
    const output = new PassThrough()
    const { promise, resolve } = Promise.withResolvers<number>()
    const program: Program = {
      output,
      complaint: '',
      ended: promise,
      end: (code) => {
        this.#programs.delete(id)
        output.end()
        resolve(code)
      },
    }
    if (this.#lost) {
      program.complaint = this.#lost
      program.end(LOST)
      return { id, program }
    }
    this.#programs.set(id, program)
    this.#order({ id, argv: argv.map(inImage), ...(env && { env }) })
    return { id, program }
  }

  #order(order: Record<string, unknown>) {
    if (this.#orders.writable) this.#orders.write(`${JSON.stringify(order)}\n`)
  }

  async #read(reports: AsyncIterable<string>) {
    for await (const line of reports) {
      const { id, out, err, code } = Report.parse(JSON.parse(line))
      const program = this.#programs.get(id)
      if (!program) continue
      if (out) program.output.write(Buffer.from(out, 'base64'))
      if (err) program.complaint = (program.complaint + Buffer.from(err, 'base64')).slice(-COMPLAINT_LIMIT)
      if (code !== undefined) program.end(code)
    }
  }

  /** Ends all that runs in it, and the container. */
  async [Symbol.asyncDispose]() {
    this.#orders.end()
    // A proxy before the engine may not pass the end of one direction on.
    const timer = setTimeout(() => this.#orders.destroy(), GRACE_MS)
    await this.#closed
    clearTimeout(timer)
  }
}

const toBase64 = (content: string | Buffer) => Buffer.from(content).toString('base64')
