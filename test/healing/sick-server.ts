import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { execa } from 'execa'
import { wanted } from '../../lab/process/busiest.ts'
import { thisMachine } from '../../lab/stage/this-machine.ts'
import { parseProcNetTcp } from '../../lab/windows/proc-net-tcp.ts'

/** A language, and how its server of `servers/` is built and run. */
export interface Language {
  name: string
  /** programs that it needs */
  tools: readonly string[]
  /** builds into a folder, and says what runs it */
  build(source: (name: string) => string, folder: string): Promise<string[]>
  /** its server closes a connection that is gone in both directions */
  noticesHangUp: boolean
  /** its server holds an object for each number, which closes the number when the next connection that gets it takes its place */
  ownsNumbers: boolean
}

const goProgram = (cgo: '0' | '1') => async (source: (name: string) => string, folder: string) => {
  await execa('go', ['build', '-o', join(folder, 'sick'), source('sick.go')], { env: { CGO_ENABLED: cgo } })
  return [join(folder, 'sick')]
}

export const LANGUAGES: readonly [Language, ...Language[]] = [
  { name: 'Go', tools: ['go'], build: goProgram('0'), noticesHangUp: true, ownsNumbers: false },
  { name: 'Go with cgo', tools: ['go', 'gcc'], build: goProgram('1'), noticesHangUp: true, ownsNumbers: false },
  {
    name: 'Python',
    tools: ['python3'],
    build: async (source) => ['python3', source('sick.py')],
    noticesHangUp: true,
    ownsNumbers: true,
  },
  {
    name: 'Java',
    tools: ['javac', 'java'],
    build: async (source, folder) => {
      await execa('javac', ['-d', folder, source('Sick.java')])
      return ['java', '-Xmx64m', '-cp', folder, 'Sick']
    },
    noticesHangUp: false,
    ownsNumbers: false,
  },
  {
    name: 'Rust',
    tools: ['rustc'],
    build: async (source, folder) => {
      await execa('rustc', ['-O', '-o', join(folder, 'sick'), source('sick.rs')])
      return [join(folder, 'sick')]
    },
    noticesHangUp: true,
    ownsNumbers: true,
  },
]

const PATIENCE_MS = 20_000
const LOOK_MS = 100

/** A running server that spins on half-closed connections, and at its limit of descriptors. */
export class SickServer implements AsyncDisposable {
  readonly pid: number
  readonly #port: number
  readonly #stack: AsyncDisposableStack
  private constructor(pid: number, port: number, stack: AsyncDisposableStack) {
    this.pid = pid
    this.#port = port
    this.#stack = stack
  }

  static async start(language: Language): Promise<SickServer> {
    await using stack = new AsyncDisposableStack()
    const folder = await mkdtemp(join(tmpdir(), 'spinlab-'))
    stack.defer(() => rm(folder, { recursive: true }))
    const argv = await language.build((name) => join(import.meta.dirname, 'servers', name), folder)
    const child = stack.use(thisMachine.run(argv))
    const { value } = await child.lines[Symbol.asyncIterator]().next()
    const [pid = 0, port = 0] = String(value).split(' ').map(Number)
    return new SickServer(pid, port, stack.move())
  }

  /** A connection that may be accepted later. */
  async connect(): Promise<Socket> {
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true })
    this.#stack.defer(() => void socket.destroy())
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  /** A connection that was served, and ended by its client alone: the server spins on it. */
  async halfClose(): Promise<Socket> {
    const socket = await this.connect()
    await answers(socket)
    socket.end()
    await this.becomes(true)
    return socket
  }

  /** The descriptor that the server has for an accepted connection. */
  async descriptorOf(socket: Socket): Promise<number> {
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1')))
    const row = parseProcNetTcp(tables.join('\n')).find(
      ({ local, peer }) => local.endsWith(`:${this.#port}`) && peer.endsWith(`:${socket.localPort}`),
    )
    for (const fd of await readdir(`/proc/${this.pid}/fd`))
      if ((await readlink(`/proc/${this.pid}/fd/${fd}`).catch(() => '')) === `socket:[${row?.inode}]`) return Number(fd)
    throw new Error(`the server has no descriptor for port ${socket.localPort}`)
  }

  /** The number that the next descriptor will have. */
  async nextDescriptor(): Promise<number> {
    const taken = new Set((await readdir(`/proc/${this.pid}/fd`)).map(Number))
    for (let fd = 0; ; fd++) if (!taken.has(fd)) return fd
  }

  /** Whether it wants a core all the time, which the load of the machine does not change: waiting for one counts. */
  async spins(): Promise<boolean> {
    const before = await wanted(this.pid)
    const began = performance.now()
    await delay(LOOK_MS)
    return (await wanted(this.pid)) - before > 0.5e6 * (performance.now() - began)
  }

  async becomes(spinning: boolean): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; (await this.spins()) !== spinning; )
      if (Date.now() > deadline)
        throw new Error(`the server ${spinning ? 'does not spin' : 'spins on'} after ${PATIENCE_MS} ms`)
  }

  [Symbol.asyncDispose]() {
    return this.#stack.disposeAsync()
  }
}

/** Throws unless the server answers. */
export async function answers(socket: Socket): Promise<void> {
  const echo = once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {})
  socket.write('hi')
  const data = String(await echo)
  if (data !== 'hi') throw new Error(`the echo of "hi" is ${data} after ${PATIENCE_MS} ms`)
}
