import { connect, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { buildConnector, Client } from 'undici'
import { WebSocket } from 'ws'
import { assertLoopback, type Endpoint } from './loopback.ts'

// The only file of clients/ that opens sockets: every address passes the guard here, before a socket exists.

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

/** A WebSocket, and the TCP connection under it. */
export interface OpenWebSocket {
  messages: WebSocket
  wire: Socket
}

/** Answers pings by itself. Whoever opens it listens to its `error`. */
export function openWebSocket(to: Endpoint, from: string, path: string): OpenWebSocket {
  const host = assertLoopback(to.address)
  const wire = connect({ host, port: to.port, localAddress: assertLoopback(from), noDelay: true })
  const messages = new WebSocket(`ws://${urlHost(host)}:${to.port}${path}`, {
    createConnection: () => wire,
    perMessageDeflate: false,
  })
  return { messages, wire }
}

const urlHost = (address: string) => (address.includes(':') ? `[${address}]` : address)

/** TLS, and whom it trusts. */
export interface Trust {
  /** PEM; absent: whatever certificate the server shows */
  ca?: string
  serverName: string
}

/** How each connection of a client is made. */
export interface Dial {
  to: Endpoint
  from: string
  /** absent: plain HTTP */
  trust?: Trust | undefined
  /** ms to connect, handshake included */
  timeout: number
}

/** Makes HTTP/1.1 clients of one connection each, one request at a time. */
export function httpDialer({ to, from, trust, timeout }: Dial): (onConnected: (serial?: string) => void) => Client {
  const host = assertLoopback(to.address)
  const origin = `${trust ? 'https' : 'http'}://${urlHost(host)}:${to.port}`
  const connector = buildConnector({
    allowH2: false,
    timeout,
    localAddress: assertLoopback(from),
    // A resumed session shows the certificate of the first one, so a swapped certificate would stay unseen.
    maxCachedSessions: 0,
    // Parsed once: a context for each handshake would cost as much as the handshake.
    ...(trust && {
      servername: trust.serverName,
      secureContext: createSecureContext(trust.ca === undefined ? {} : { ca: trust.ca }),
      rejectUnauthorized: trust.ca !== undefined,
    }),
  })
  return (onConnected) =>
    new Client(origin, {
      localAddress: from,
      pipelining: 1,
      // The server alone decides when a kept connection ends.
      keepAliveTimeout: 3_600_000,
      keepAliveMaxTimeout: 3_600_000,
      connect: (options, callback) =>
        connector(options, (error, socket) => {
          if (error) return callback(error, null)
          onConnected(socket instanceof TLSSocket ? socket.getPeerCertificate().serialNumber : undefined)
          callback(null, socket)
        }),
    })
}
