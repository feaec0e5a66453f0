import { connect, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { assertLoopback, type Endpoint, urlHost } from './loopback.ts'

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
