import { readdirSync, readFileSync } from 'node:fs'
import forge from 'node-forge'
import { describe, expect, test } from 'vitest'
import type { Conversation } from '../../clients/conversation.ts'
import { catalogue, type HelloKind, type KindName, kindNames, REPEATED_RANDOM } from '../../clients/hello-catalogue.ts'
import { Random } from '../../clients/random.ts'
import { type ParsedHello, parseHello, parseRecords } from './parse-hello.ts'

const SEEDS = Array.from({ length: 50 }, (_, index) => index)

const bytesOf = ({ chunks }: Conversation) => Buffer.concat(chunks.map(({ bytes }) => bytes))
const converse = (kind: KindName, seed: number): Conversation =>
  (catalogue[kind] as HelloKind).converse(new Random(seed), 'lab.test')
/** Each seed's bytes of a kind, and its records. */
const each = (kind: KindName, check: (bytes: Buffer, seed: number) => void) => {
  for (const seed of SEEDS) check(bytesOf(converse(kind, seed)), seed)
}
/** Each seed's hello of a kind that is one complete record. */
const eachHello = (kind: KindName, check: (hello: ParsedHello) => void) =>
  each(kind, (bytes) => {
    const [record, ...more] = parseRecords(bytes)
    if (!record) throw new Error('no record')
    expect(more).toEqual([])
    expect(record.type).toBe(22)
    expect(record.fragment).toHaveLength(record.claimed)
    check(parseHello(record.fragment))
  })

/** What every hello shows that is sound but for one thing. */
function expectSound(hello: ParsedHello, except: Partial<Record<keyof ParsedHello, unknown>> = {}) {
  expect(hello).toMatchObject({
    type: 1,
    claimed: hello.length,
    legacyVersion: 0x0303,
    serverName: 'lab.test',
    protocols: ['http/1.1'],
    versions: [0x0304, 0x0303],
    ...except,
  })
  for (const { claimed, body } of hello.extensions) expect(body).toHaveLength(claimed)
  if (!('suites' in except)) expect(hello.suites).toEqual(expect.arrayContaining([0x1301, 0xc02f]))
  if (!('keyShare' in except)) expect(hello.keyShare).toHaveLength(32)
}

describe('bytes are what the name says', () => {
  test.each(['valid', 'hello-then-stall', 'hello-then-fin', 'hello-then-rst'] as const)('%s', (kind) => {
    eachHello(kind, (hello) => expectSound(hello))
  })

  test('truncated-record', () => {
    each('truncated-record', (bytes) => {
      const claimed = bytes.readUInt16BE(3)
      expect(bytes.length).toBeGreaterThanOrEqual(5)
      expect(bytes.length).toBeLessThan(5 + claimed)
    })
  })

  test('lying-record-length', () => {
    each('lying-record-length', (bytes) => {
      const [record] = parseRecords(bytes)
      if (!record) throw new Error('no record')
      expectSound(parseHello(record.fragment))
      expect(record.claimed).toBeGreaterThan(record.fragment.length)
      expect(record.claimed).toBeLessThanOrEqual(2 ** 14)
    })
  })

  test('lying-handshake-length', () => {
    eachHello('lying-handshake-length', (hello) => {
      expect(hello.claimed).toBeGreaterThan(hello.length)
      expectSound(hello, { claimed: hello.claimed })
    })
  })

  test('lying-extension-length', () => {
    eachHello('lying-extension-length', (hello) => {
      const last = hello.extensions.at(-1)
      expect(last?.claimed).toBeGreaterThan(last?.body.length ?? Number.POSITIVE_INFINITY)
      expectSound({ ...hello, extensions: hello.extensions.slice(0, -1) })
    })
  })

  test('zero-length-record', () => {
    each('zero-length-record', (bytes) => expect(bytes.toString('hex')).toBe('1603010000'))
  })

  test('version-0x0000', () => {
    each('version-0x0000', (bytes) => expect(bytes.readUInt16BE(1)).toBe(0))
    eachHello('version-0x0000', (hello) => expectSound(hello, { legacyVersion: 0, versions: [], keyShare: undefined }))
  })

  test('oversized-record', () => {
    each('oversized-record', (bytes) => {
      expect(bytes.readUInt16BE(3)).toBeGreaterThan(2 ** 14 + 2048)
      expect(bytes.length).toBeLessThan(2 ** 14)
    })
  })

  test('one-byte-at-a-time', () => {
    eachHello('one-byte-at-a-time', (hello) => expectSound(hello))
    const { chunks } = converse('one-byte-at-a-time', 1)
    for (const { bytes, after } of chunks) {
      expect(bytes).toHaveLength(1)
      expect(after).toBeGreaterThan(0)
    }
  })

  test('garbage', () => {
    // 20..24 are record types, letters begin HTTP, the top bit begins SSL 2.0.
    each('garbage', (bytes) => expect(bytes.readUInt8(0)).toSatisfy((byte: number) => byte >= 0x20 && byte < 0x41))
  })

  test('plain-http', () => {
    each('plain-http', (bytes) => expect(bytes.toString()).toBe('GET / HTTP/1.1\r\nHost: lab.test\r\n\r\n'))
  })

  test('unknown-sni', () => {
    eachHello('unknown-sni', (hello) => {
      expect(hello.serverName).toMatch(/^host-\d+\.invalid$/)
      expectSound(hello, { serverName: hello.serverName })
    })
  })

  test('unknown-alpn', () => {
    eachHello('unknown-alpn', (hello) => expectSound(hello, { protocols: ['spinlab/0'] }))
  })

  test('obsolete-version', () => {
    eachHello('obsolete-version', (hello) => {
      expectSound(hello, { legacyVersion: 0x0302, versions: [], keyShare: undefined, suites: hello.suites })
      // RFC 5246, A.5: AEAD suites begin at 0x009c, with TLS 1.2.
      for (const suite of hello.suites) expect(suite & 0xff).toBeLessThan(0x9c)
    })
  })

  test('no-common-cipher', () => {
    const withoutEncryption = [0x0001, 0x0002, 0x003b, 0xc010]
    eachHello('no-common-cipher', (hello) => expectSound(hello, { suites: withoutEncryption }))
  })

  test('bad-key-share', () => {
    eachHello('bad-key-share', (hello) => {
      expectSound(hello, { keyShare: hello.keyShare })
      expect(hello.keyShare?.length).toBeLessThan(32)
    })
  })

  test('repeated-random', () => {
    eachHello('repeated-random', (hello) => expectSound(hello, { random: REPEATED_RANDOM }))
    expect(new Set(REPEATED_RANDOM).size).toBe(1)
  })

  test('sslv2-hello', () => {
    each('sslv2-hello', (bytes) => {
      expect(bytes.readUInt16BE(0)).toBe(0x8000 | (bytes.length - 2))
      // client_hello, version 0.2, then three lengths that add up
      expect(bytes.subarray(2, 5).toString('hex')).toBe('010002')
      expect(bytes.readUInt16BE(5) + bytes.readUInt16BE(7) + bytes.readUInt16BE(9)).toBe(bytes.length - 11)
    })
  })

  test('fragmented-across-records', () => {
    each('fragmented-across-records', (bytes) => {
      const records = parseRecords(bytes)
      expect(records.length).toBeGreaterThan(3)
      for (const { type, claimed, fragment } of records) {
        expect(type).toBe(22)
        expect(fragment).toHaveLength(claimed)
        expect(claimed).toBeGreaterThan(0)
      }
      expectSound(parseHello(Buffer.concat(records.map(({ fragment }) => fragment))))
    })
  })
})

describe.each(kindNames)('%s', (kind) => {
  const { prefixOnly } = catalogue[kind] as HelloKind

  test('one seed gives the same conversation', () => {
    for (const seed of SEEDS) expect(converse(kind, seed)).toEqual(converse(kind, seed))
  })

  test(prefixOnly ? 'never holds a complete ClientHello' : 'holds a complete ClientHello', () => {
    each(kind, (bytes) => expect(holdsHello(bytes)).toBe(!prefixOnly))
  })
})

/** A complete ClientHello message inside complete records of the handshake type. */
function holdsHello(bytes: Buffer): boolean {
  const [type, version] = [bytes.readUInt8(0), bytes.readUInt8(1)]
  if (type !== 22 || (version !== 3 && version !== 0)) return false
  const message = Buffer.concat(
    parseRecords(bytes)
      .filter(({ claimed, fragment }) => claimed <= 2 ** 14 && claimed === fragment.length)
      .map(({ fragment }) => fragment),
  )
  return message.length >= 4 && message.length >= 4 + message.readUIntBE(1, 3)
}

test('different seeds give different bytes, except where there is nothing to choose', () => {
  for (const kind of kindNames) {
    const variety = new Set(SEEDS.map((seed) => bytesOf(converse(kind, seed)).toString('hex'))).size
    expect(variety, kind).toBe(kind === 'plain-http' || kind === 'zero-length-record' ? 1 : SEEDS.length)
  }
})

test('no file of the clients draws from Math.random', () => {
  const folder = new URL('../../clients/', import.meta.url)
  for (const file of readdirSync(folder))
    expect(readFileSync(new URL(file, folder), 'utf8')).not.toMatch(/Math\.random/)
})

// When this fails, node-forge has learned TLS 1.2, and could make the hellos that are written by hand now.
test('node-forge ends at TLS 1.1', () => {
  const { SupportedVersions } = forge.tls as unknown as { SupportedVersions: { major: number; minor: number }[] }
  expect(SupportedVersions).toEqual([
    { major: 3, minor: 2 },
    { major: 3, minor: 1 },
  ])
})
