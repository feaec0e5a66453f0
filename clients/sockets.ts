import { connect, type Socket } from 'node:net'
import { assertLoopback, type Endpoint } from './loopback.ts'

// This file, http-dialer.ts and web-sockets.ts alone open the sockets of clients: every address passes the guard there, before a socket exists.
// They are three because a storm's program need not load what HTTP takes.

/** What the server sends goes here and is forgotten: one buffer for all connections keeps a storm cheap. */
const sink = Buffer.alloc(64 * 1024)

/** A TCP connection that reads and forgets whatever it gets. After the server's FIN it stays half-open until it is closed. */
export function openConnection(to: Endpoint, from: string): Socket {
  return connect({
    host: assertLoopback(to.address),
    port: to.port,
    localAddress: assertLoopback(from),
    allowHalfOpen: true,
    // Each chunk of a conversation must leave as it is written.
    noDelay: true,
    onread: { buffer: sink, callback: () => true },
  })
}

/** The first bytes with which a server answers a question; none if it closes or says nothing for `patience` ms. */
export function firstAnswer(to: Endpoint, from: string, question: Buffer, patience: number): Promise<Buffer> {
  const socket = connect({
    host: assertLoopback(to.address),
    port: to.port,
    localAddress: assertLoopback(from),
    timeout: patience,
  })
  const { promise, resolve } = Promise.withResolvers<Buffer>()
  socket.once('data', resolve)
  for (const end of ['end', 'error', 'timeout']) socket.once(end, () => resolve(Buffer.alloc(0)))
  socket.once('connect', () => socket.write(question))
  return promise.finally(() => socket.destroy())
}
