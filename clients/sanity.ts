import { readFileSync } from 'node:fs'
import type { Client } from 'undici'
import {
  argument,
  type ClientFlags,
  clientCommand,
  dnsName,
  number,
  runClient,
  type Traffic,
  UsageError,
} from './client.ts'
import { httpDialer } from './http-dialer.ts'
import { Random } from './random.ts'

interface SanityFlags extends ClientFlags {
  /** PEM */
  ca?: string
  serverName: string
  plain: boolean
  anyCertificate: boolean
  anyStatus: boolean
  timeout: number
}

const KEPT_CONNECTIONS = 4

interface Tally {
  ok: number
  failed: number
}

/** The requests of clients that do nothing wrong: half over connections that stay open, half over a new one each. */
class Sanity implements Traffic {
  readonly #flags: SanityFlags
  readonly #dial: (onConnected: (serial?: string) => void) => Client
  readonly #kept: Client[]
  readonly #fresh = new Set<Client>()
  readonly #tallies = { kept: { ok: 0, failed: 0 }, fresh: { ok: 0, failed: 0 } }
  readonly #errors: Record<string, number> = {}
  #reconnects = 0
  /** ms, since the last report */
  #latencies: number[] = []
  /** serials seen on fresh connections since the last report */
  #certificates = new Set<string>()
  #closed = false

  constructor(flags: SanityFlags) {
    const { to, ca, serverName, plain, anyCertificate, timeout } = flags
    if (!plain && !anyCertificate && ca === undefined)
      throw new UsageError('none of --ca, --any-certificate and --plain is given; choose one of them')
    this.#flags = flags
    const from = to.address.includes(':') ? '::1' : '127.0.0.1'
    const trust = plain ? undefined : { serverName, ...(ca !== undefined && { ca }) }
    this.#dial = httpDialer({ to, from, timeout, trust })
    this.#kept = Array.from({ length: KEPT_CONNECTIONS }, () => this.#keep())
  }

  arrive(arrival: number, due: number) {
    // Of each pair one goes over a kept connection and one over a fresh one, in seeded order.
    const pair = Math.floor(arrival / 2)
    const keptFirst = new Random(this.#flags.seed, pair).between(0, 1) === 0
    const kept = keptFirst === (arrival % 2 === 0) && this.#kept[pair % this.#kept.length]
    if (kept) void this.#ask(kept, due, this.#tallies.kept)
    else void this.#askFresh(due)
  }

  report() {
    const { kept, fresh } = this.#tallies
    const line = {
      ok: kept.ok + fresh.ok,
      failed: kept.failed + fresh.failed,
      errors: this.#errors,
      latencies: this.#latencies,
      kept,
      fresh,
      reconnects: this.#reconnects,
      certificates: [...this.#certificates],
    }
    this.#latencies = []
    this.#certificates = new Set()
    return line
  }

  close() {
    this.#closed = true
    for (const client of [...this.#kept, ...this.#fresh]) void client.destroy()
  }

  #keep(): Client {
    let connections = 0
    return this.#dial(() => {
      if (connections++ > 0) this.#reconnects++
    })
  }

  async #askFresh(due: number) {
    const client = this.#dial((serial) => serial && this.#certificates.add(serial))
    this.#fresh.add(client)
    await this.#ask(client, due, this.#tallies.fresh)
    this.#fresh.delete(client)
    await client.destroy()
  }

  /** The latency counts from the moment that the request was due: waiting for the generator or for its turn is part of it. */
  async #ask(client: Client, due: number, tally: Tally) {
    try {
      const { statusCode, body } = await client.request({
        method: 'GET',
        path: '/',
        headers: { host: this.#flags.serverName },
        signal: AbortSignal.timeout(this.#flags.timeout),
      })
      await body.dump()
      if (statusCode !== 200 && !this.#flags.anyStatus) return this.#fail(tally, `HTTP_${statusCode}`)
      tally.ok++
      this.#latencies.push(Math.round((performance.now() - due) * 100) / 100)
    } catch (error) {
      this.#fail(tally, codeOf(error))
    }
  }

  #fail(tally: Tally, code: string) {
    if (this.#closed) return
    tally.failed++
    this.#errors[code] = (this.#errors[code] ?? 0) + 1
  }
}

function readCertificate(path: string): string {
  const pem = readFileSync(path, 'utf8')
  // OpenSSL would take it, and then trust nobody.
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error(`${path} holds no certificate in PEM.`)
  return pem
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'TIMEOUT'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

await runClient<SanityFlags>(
  clientCommand('sanity', 'Sends requests as well-behaved clients do, and measures how they are served.')
    .option('--ca <file>', 'PEM of the CA that the server must have its certificate from', argument(readCertificate))
    .option(
      '--server-name <name>',
      'name that the server must prove and that requests ask for',
      argument(dnsName),
      'lab.test',
    )
    .option('--plain', 'HTTP without TLS', false)
    .option('--any-certificate', 'trust whatever certificate the server shows', false)
    .option('--any-status', 'any answer is one, not only 200', false)
    .option('--timeout <ms>', 'longest time of a request', argument(number(1, 60_000)), 2000),
  (flags) => new Sanity(flags),
)
