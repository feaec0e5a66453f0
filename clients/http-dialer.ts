import { createSecureContext, TLSSocket } from 'node:tls'
import { buildConnector, Client } from 'undici'
import { assertLoopback, type Endpoint, urlHost } from './loopback.ts'

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
          onConnected(socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.serialNumber : undefined)
          callback(null, socket)
        }),
    })
}
