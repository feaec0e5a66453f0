import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { play } from '../../clients/conversation.ts'
import { catalogue, type HelloKind, type KindName, kindNames } from '../../clients/hello-catalogue.ts'
import { Random } from '../../clients/random.ts'
import { soon } from './soon.ts'
import { certificateFolder, goIsHere, goServer, opensslServer, tcpServer } from './tls-servers.ts'

const resources = new AsyncDisposableStack()
let certificates: string
beforeAll(async () => {
  certificates = resources.use(await certificateFolder()).path
})
afterAll(() => resources.disposeAsync())

/** Plays a kind to a server, and collects what comes back. */
function begin(kind: KindName, port: number) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  const conversation = (catalogue[kind] as HelloKind).converse(new Random(1), 'lab.test')
  const length = conversation.chunks.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const talk = {
    heard: Buffer.alloc(0),
    closed: false,
    localPort: 0,
    written: () => socket.bytesWritten,
    hasSpoken: () => socket.bytesWritten === length,
    hangUp: () => socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  }
  socket.on('connect', () => {
    talk.localPort = socket.localPort ?? 0
    play(socket, conversation)
  })
  socket.on('data', (data) => {
    talk.heard = Buffer.concat([talk.heard, data])
  })
  for (const event of ['end', 'error'])
    socket.on(event, () => {
      talk.closed = true
    })
  return talk
}

/** RFC 8446, 5.1 and 4: a handshake record that begins with a ServerHello. */
const isServerHello = (bytes: Buffer) => bytes[0] === 22 && bytes[5] === 2

/** What a server does that reads the RFC strictly, and one that does not. */
const LENIENT = { 'refused-or-waits': 'waits', 'refused-or-server-hello': 'server-hello' } as const
const STRICT = { 'refused-or-waits': 'refused', 'refused-or-server-hello': 'refused' } as const

async function expectAnswer(kind: KindName, port: number, answer: HelloKind['answer']) {
  using talk = begin(kind, port)
  await expect.poll(talk.hasSpoken, soon).toBe(true)
  if (answer === 'server-hello') await expect.poll(() => isServerHello(talk.heard), soon).toBe(true)
  if (answer === 'refused') {
    await expect.poll(() => talk.closed, soon).toBe(true)
    expect(isServerHello(talk.heard)).toBe(false)
  }
  if (answer === 'waits') {
    // The server has had time for another client's whole turn, and still says nothing to this one.
    using control = begin('valid', port)
    await expect.poll(() => isServerHello(control.heard), soon).toBe(true)
    expect(talk.closed).toBe(false)
    expect(talk.heard).toHaveLength(0)
  }
}

describe('OpenSSL', () => {
  let port: number
  beforeAll(async () => {
    port = resources.use(await opensslServer(certificates)).port
  })

  test.each(kindNames)('takes %s as the catalogue says', async (kind) => {
    const { answer } = catalogue[kind] as HelloKind
    await expectAnswer(kind, port, LENIENT[answer as keyof typeof LENIENT] ?? answer)
  })
})

describe.skipIf(!goIsHere())('crypto/tls', () => {
  let server: Awaited<ReturnType<typeof goServer>>
  beforeAll(async () => {
    server = resources.use(await goServer(certificates))
  })

  test.each(kindNames)('takes %s as the catalogue says', async (kind) => {
    const { answer } = catalogue[kind] as HelloKind
    await expectAnswer(kind, server.port, STRICT[answer as keyof typeof STRICT] ?? answer)
  })

  test.each<[KindName, RegExp]>([
    ['lying-extension-length', /error decoding message/],
    ['zero-length-record', /unexpected message/],
    ['version-0x0000', /unsupported versions/],
    ['oversized-record', /oversized record/],
    ['garbage', /does not look like a TLS handshake/],
    ['plain-http', /does not look like a TLS handshake/],
    ['unknown-alpn', /unsupported application protocols/],
    ['obsolete-version', /unsupported versions: \[302 301\]/],
    ['no-common-cipher', /no cipher suite supported/],
    ['bad-key-share', /invalid client key share/],
    ['sslv2-hello', /SSLv2/],
    ['hello-then-fin', /EOF/],
    ['hello-then-rst', /connection reset/],
  ])('meets in %s what the name says: %s', async (kind, error) => {
    using talk = begin(kind, server.port)
    await expect.poll(() => server.errors.get(talk.localPort), soon).toMatch(error)
  })
})

describe('a sender', () => {
  test.each<[KindName, string]>([
    ['hello-then-fin', 'end'],
    ['hello-then-rst', 'ECONNRESET'],
    ['hello-then-stall', 'open'],
  ])('ends %s by %s', async (kind, ending) => {
    let seen = 'open'
    let bytes = 0
    await using server = await tcpServer((socket) => {
      socket.on('data', (data) => {
        bytes += data.length
      })
      socket.on('end', () => {
        seen = 'end'
      })
      socket.on('error', (error: NodeJS.ErrnoException) => {
        seen = error.code ?? ''
      })
    })
    using talk = begin(kind, server.port)
    await expect.poll(() => bytes, soon).toBeGreaterThan(100)
    await expect.poll(() => seen, soon).toBe(ending)
    expect(talk.closed).toBe(false)
  })

  test('writes each chunk on its own, in time, and stops with the connection', async () => {
    const pieces: number[] = []
    await using server = await tcpServer((socket) => {
      socket.on('data', (data) => {
        pieces.push(data.length)
        if (pieces.length === 5) socket.destroy()
      })
    })
    using talk = begin('one-byte-at-a-time', server.port)
    await expect.poll(() => talk.closed, soon).toBe(true)
    expect(pieces).toEqual([1, 1, 1, 1, 1])
    talk.hangUp()
    const written = talk.written()
    await expect.poll(() => server.sockets.size, soon).toBe(0)
    expect(talk.written()).toBe(written)
  })
})
