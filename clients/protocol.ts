import { Command } from 'commander'
import { argument, wholeNumber } from './client.ts'
import { catalogue } from './hello-catalogue.ts'
import { httpDialer } from './http-dialer.ts'
import { type Endpoint, parseEndpoint } from './loopback.ts'
import { Random } from './random.ts'
import { firstAnswer } from './sockets.ts'

const { to, timeout } = new Command('protocol')
  .description('Finds out what a server speaks, by trying; prints {"tls","http"}.')
  .requiredOption('--to <ip:port>', 'loopback address of the server', argument(parseEndpoint))
  .option('--timeout <ms>', 'longest wait for an answer', argument(wholeNumber(1, 60_000)), 2000)
  .parse()
  .opts<{ to: Endpoint; timeout: number }>()

const tls = await speaksTls()
process.stdout.write(`${JSON.stringify({ tls, http: await speaksHttp() })}\n`)

/** RFC 8446, 5.1 and 4: it answers with an alert or a ServerHello; a server that echoes sends the ClientHello back. */
async function speaksTls(): Promise<boolean> {
  const { chunks } = catalogue.valid.converse(new Random(1), 'localhost')
  const bytes = await firstAnswer(to, to.address, Buffer.concat(chunks.map((chunk) => chunk.bytes)), timeout)
  return bytes[1] === 3 && (bytes[0] === 21 || (bytes[0] === 22 && bytes[5] === 2))
}

async function speaksHttp(): Promise<boolean> {
  const trust = tls ? { serverName: 'localhost' } : undefined
  const client = httpDialer({ to, from: to.address, timeout, trust })(() => {})
  const signal = AbortSignal.timeout(timeout)
  const answered = client.request({ method: 'GET', path: '/', signal }).then(
    () => true,
    () => false,
  )
  return answered.finally(() => client.destroy())
}
