import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { writeCertificates } from '../../clients/certificates.ts'

/** A folder that is gone after the test. */
export function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'spinlab-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

export async function certificateFolder() {
  const folder = temporaryFolder()
  await writeCertificates(folder.path)
  return folder
}

/** chain and key as node:tls and node:https take them */
export function identity(folder: string, prefix: '' | 'next-' = '') {
  const read = (name: string) => readFileSync(join(folder, `${prefix}${name}.pem`))
  return { cert: read('chain'), key: read('key') }
}

/** A listening server with its connections, all of which end with it. */
export async function listening<S extends Server>(server: S) {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server,
    port,
    to: `127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      if (server.listening) await once(server.close(), 'close')
    },
  }
}

export const tcpServer = (onConnection: (socket: Socket) => void) =>
  listening(createTcpServer({ allowHalfOpen: true }, onConnection))

/** Listens and never accepts: with a backlog of 1 the kernel answers two connections, and leaves the others waiting. */
export async function deafServer() {
  const source = `const server = require('node:net').createServer()
    server.listen(0, '127.0.0.1', 1, () => {
      require('node:fs').writeSync(1, server.address().port + '\\n')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })`
  const program = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(createInterface({ input: program.stdout }), 'line')) as [string]
  return {
    to: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      program.kill('SIGKILL')
      await once(program, 'exit')
    },
  }
}

/** OpenSSL: refuses what it cannot take, and says nothing of it. */
export const opensslServer = (certificates: string) =>
  listening(
    createTlsServer({ ...identity(certificates), ALPNProtocols: ['http/1.1'] }, (socket) =>
      socket.on('error', () => {}),
    ),
  )

export function goIsHere(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Stock crypto/tls. `errors` tells how the handshake of a client's port ended, once it has. */
export async function goServer(certificates: string) {
  const folder = temporaryFolder()
  const binary = join(folder.path, 'go-tls-server')
  const source = fileURLToPath(new URL('go-tls-server/main.go', import.meta.url))
  execFileSync('go', ['build', '-o', binary, source], { env: { ...process.env, CGO_ENABLED: '0' } })
  const program = spawn(binary, [certificates], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: program.stdout })
  const [address] = (await once(lines, 'line')) as [string]
  const errors = new Map<number, string>()
  lines.on('line', (line) => {
    const { peer, error } = JSON.parse(line) as { peer: string; error: string }
    errors.set(Number(peer.split(':').at(-1)), error)
  })
  return {
    port: Number(address.split(':').at(-1)),
    errors,
    async [Symbol.asyncDispose]() {
      program.stdin.end()
      await once(program, 'exit')
      folder[Symbol.dispose]()
    },
  }
}
