import { createServer, type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type StandIn, standIn } from '../stand-in-engine.ts'
import { host } from './engine.ts'

const socketPath = host.slice('unix://'.length)

/** The engine of the tests, but for one thing: it makes no container that wants a capability which `refuses` names. */
export async function refusingEngine(refuses: RegExp): Promise<StandIn> {
  const server = createServer(async (question, answer) => {
    const creates = question.method === 'POST' && /\/containers\/create/.test(question.url ?? '')
    const body = creates ? await text(question) : undefined
    const refused = refuses.exec((body && JSON.parse(body).HostConfig.CapAdd?.join()) ?? '')?.[0]
    if (refused) {
      const message = `invalid CapAdd: capability not supported by your kernel: "${refused}"`
      return void answer.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
    }
    const passed = pass(question, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    if (body === undefined) question.pipe(passed)
    else passed.end(body)
  })
  server.on('upgrade', (question: IncomingMessage, client: Duplex, said: Buffer) => {
    const passed = pass(question)
    passed.on('upgrade', (response, engine, answered) => {
      const headers = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}\r\n`)
      client.write(`HTTP/1.1 101 UPGRADED\r\n${headers.join('')}\r\n`)
      // What came along with the heads of the request and of the answer.
      client.write(answered)
      engine.write(said)
      engine.pipe(client).pipe(engine)
      for (const one of [client, engine]) one.on('error', () => one.destroy())
    })
    passed.end()
  })
  return standIn(server)
}

// The raw headers: BuildKit's session repeats one of them, and each counts.
const pass = ({ method, url, rawHeaders }: IncomingMessage, answered?: (response: IncomingMessage) => void) =>
  request({ socketPath, method, path: url, headers: rawHeaders }, answered)
