import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Child, Room } from '../../lab/stage/room.ts'

/** Builds a server of this folder's `servers/`. */
export async function build(name: 'half-close' | 'echo') {
  const folder = await mkdtemp(join(tmpdir(), 'spinlab-'))
  const program = join(folder, name)
  await execa('go', ['build', '-o', program, join(import.meta.dirname, 'servers', `${name}.go`)], {
    env: { CGO_ENABLED: '0' },
  })
  return { program, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

export interface RunningServer extends AsyncDisposable {
  child: Child
  pid: number
  /** the spinning descriptor, or the port */
  number: number
}

/** Starts a server and reads its first line: its pid, and what else it has to say. */
export async function serve(room: Room, program: string): Promise<RunningServer> {
  const child = room.run([program])
  const { value } = await child.lines[Symbol.asyncIterator]().next()
  const [pid = 0, number = 0] = String(value).split(' ').map(Number)
  return { child, pid, number, [Symbol.asyncDispose]: () => child.stop() }
}

/** Connections in lock step with an echo server: each sends again as soon as it has its answer. */
export async function load(port: number, connections: number): Promise<AsyncDisposable> {
  const message = 'x'.repeat(64)
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    socket.on('data', () => socket.write(message))
    // Every one is served before the look begins.
    const answered = once(socket, 'data')
    socket.write(message)
    await answered
    return socket
  }
  const sockets = await Promise.all(Array.from({ length: connections }, open))
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
