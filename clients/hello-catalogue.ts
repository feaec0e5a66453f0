import {
  alpn,
  CBC_SUITES,
  handshakeMessage,
  helloBody,
  keyShare,
  MODERN_SUITES,
  NULL_SUITES,
  padding,
  pointFormats,
  serverName,
  signatureAlgorithms,
  supportedGroups,
  supportedVersions,
  TLS11,
  TLS12,
  TLS13,
  tlsRecord,
} from './client-hello.ts'
import type { Conversation } from './conversation.ts'
import type { Random } from './random.ts'

/** One way to begin a TLS connection. */
export interface HelloKind {
  is: string
  /** the rule that it breaks */
  breaks: string
  /**
   * How a correct server takes it that has no policy of its own on names, fingerprints and sources: it answers with a
   * ServerHello, refuses (closes, with or without an alert), or waits for more. Where the RFC binds the sender alone,
   * servers differ.
   */
  answer: 'server-hello' | 'refused' | 'waits' | 'refused-or-waits' | 'refused-or-server-hello'
  /** no complete ClientHello is ever sent: a prefix of one is all that the server will see */
  prefixOnly: boolean
  /** The same draws give the same conversation. */
  converse(random: Random, name: string): Conversation
}

const RECORD_HEADER = 5
/** RFC 8446, 5.1 */
const MAX_FRAGMENT = 2 ** 14
/** RFC 5246, 6.2.3: no version of TLS ever had a longer record. */
const MAX_RECORD = MAX_FRAGMENT + 2048

/** The client random of a generator that is stuck. */
export const REPEATED_RANDOM = Buffer.alloc(32, 0x5a)

interface Wishes {
  legacyVersion?: number
  random?: Buffer
  suites?: readonly number[]
  protocols?: readonly string[]
  /** none: the hello of a client that knows no TLS 1.3 */
  versions?: readonly number[]
  shareLength?: number
  more?: readonly Buffer[]
}

/** A ClientHello message that is valid for TLS 1.2 and 1.3, unless wished otherwise. */
function hello(random: Random, name: string, wishes: Wishes = {}): Buffer {
  const { versions = [TLS13, TLS12], protocols = ['http/1.1'], shareLength = 32, more = [] } = wishes
  const body = helloBody({
    legacyVersion: wishes.legacyVersion ?? TLS12,
    random: wishes.random ?? random.bytes(32),
    sessionId: random.bytes(32),
    cipherSuites: wishes.suites ?? MODERN_SUITES,
    extensions: [
      serverName(name),
      pointFormats(),
      supportedGroups(),
      signatureAlgorithms(),
      alpn(protocols),
      ...(versions.length ? [supportedVersions(versions), keyShare(random.bytes(shareLength))] : []),
      ...more,
    ],
  })
  return handshakeMessage(body)
}

/** Says it in one piece, then nothing more. */
const once = (bytes: Buffer): Conversation => ({ chunks: [{ after: 0, bytes }], ending: 'stall', lingers: 0 })

export const catalogue = {
  valid: {
    is: 'a valid ClientHello for TLS 1.2 and 1.3, then FIN a while later: the control',
    breaks: 'nothing',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random, name) => ({ ...once(tlsRecord(hello(random, name))), ending: 'fin', lingers: 250 }),
  },
  'truncated-record': {
    is: 'a record that breaks off after its header, or anywhere before its end',
    breaks: 'RFC 8446, 5.1: length is the length of the fragment that follows',
    answer: 'waits',
    prefixOnly: true,
    converse(random, name) {
      const whole = tlsRecord(hello(random, name))
      return once(whole.subarray(0, random.between(RECORD_HEADER, whole.length - 1)))
    },
  },
  'lying-record-length': {
    is: 'a record header that claims more bytes than ever follow',
    breaks: 'RFC 8446, 5.1: length is the length of the fragment that follows',
    answer: 'waits',
    prefixOnly: true,
    converse(random, name) {
      const message = hello(random, name)
      return once(tlsRecord(message, { length: random.between(message.length + 1, MAX_FRAGMENT) }))
    },
  },
  'lying-handshake-length': {
    is: 'a message header that claims more bytes than its record and all that follows hold',
    breaks: 'RFC 8446, 4: length is the bytes in the message',
    answer: 'waits',
    prefixOnly: true,
    converse(random, name) {
      const body = hello(random, name).subarray(4)
      return once(tlsRecord(handshakeMessage(body, body.length + random.between(1, 1024))))
    },
  },
  'lying-extension-length': {
    is: 'a last extension that claims more bytes than the message holds',
    breaks: 'RFC 8446, 4.2: extension_data is a vector inside the message',
    answer: 'refused',
    prefixOnly: false,
    converse(random, name) {
      const size = random.between(0, 32)
      return once(tlsRecord(hello(random, name, { more: [padding(size, size + random.between(1, 1024))] })))
    },
  },
  'zero-length-record': {
    is: 'a handshake record without a fragment',
    breaks: 'RFC 8446, 5.1: no zero-length fragments of handshake types are sent',
    // Go's crypto/tls sends an alert, OpenSSL waits for the next record.
    answer: 'refused-or-waits',
    prefixOnly: true,
    converse: () => once(tlsRecord(Buffer.alloc(0))),
  },
  'version-0x0000': {
    is: 'version 0x0000 in the record and in the hello, and no supported_versions',
    breaks: 'RFC 5246, E.1: a version is at least 3.0',
    answer: 'refused',
    prefixOnly: false,
    converse: (random, name) =>
      once(tlsRecord(hello(random, name, { legacyVersion: 0, versions: [] }), { version: 0 })),
  },
  'oversized-record': {
    is: 'a record header that claims more bytes than a record may have',
    breaks: 'RFC 8446, 5.1: length must not exceed 2^14 bytes',
    answer: 'refused',
    prefixOnly: true,
    converse: (random, name) =>
      once(tlsRecord(hello(random, name), { length: random.between(MAX_RECORD + 1, 0xffff) })),
  },
  'one-byte-at-a-time': {
    is: 'a valid ClientHello, one byte each 10 ms',
    breaks: 'nothing: TCP keeps no boundaries (RFC 9293, 3.8)',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random, name) => ({
      chunks: [...tlsRecord(hello(random, name))].map((byte) => ({ after: 10, bytes: Buffer.from([byte]) })),
      ending: 'stall',
      lingers: 0,
    }),
  },
  garbage: {
    is: 'random bytes, the first of which is no record type',
    breaks: 'RFC 8446, 5.1: a record begins with its type',
    answer: 'refused',
    prefixOnly: true,
    converse(random) {
      const bytes = random.bytes(random.between(64, 512))
      // Types end at 24, HTTP begins with a letter, SSL 2.0 with the top bit.
      bytes[0] = random.between(0x20, 0x3f)
      return once(bytes)
    },
  },
  'plain-http': {
    is: 'an HTTP request without TLS',
    breaks: 'RFC 8446, 5.1: a record begins with its type',
    answer: 'refused',
    prefixOnly: true,
    converse: (_, name) => once(Buffer.from(`GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`, 'ascii')),
  },
  'unknown-sni': {
    is: 'a valid ClientHello for a name that the server does not have',
    breaks: 'RFC 6066, 3: an unknown name may be refused or ignored',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random) => once(tlsRecord(hello(random, `host-${random.between(1, 99_999)}.invalid`))),
  },
  'empty-sni': {
    is: 'a ClientHello whose server name has no letters',
    breaks: 'RFC 6066, 3: a host name has at least one byte',
    answer: 'refused-or-server-hello',
    prefixOnly: false,
    converse: (random) => once(tlsRecord(hello(random, ''))),
  },
  'unknown-alpn': {
    is: 'a valid ClientHello for a protocol that the server does not speak',
    breaks: 'RFC 7301, 3.2: no common protocol is fatal',
    answer: 'refused',
    prefixOnly: false,
    converse: (random, name) => once(tlsRecord(hello(random, name, { protocols: ['spinlab/0'] }))),
  },
  'obsolete-version': {
    is: 'a ClientHello that ends at TLS 1.1',
    breaks: 'RFC 8996, 5: TLS 1.1 must not be used',
    answer: 'refused',
    prefixOnly: false,
    converse: (random, name) =>
      once(tlsRecord(hello(random, name, { legacyVersion: TLS11, suites: CBC_SUITES, versions: [] }))),
  },
  'no-common-cipher': {
    is: 'a ClientHello that offers suites without encryption only',
    breaks: 'RFC 8446, 4.1.1: without a common suite the handshake fails',
    answer: 'refused',
    prefixOnly: false,
    converse: (random, name) => once(tlsRecord(hello(random, name, { suites: NULL_SUITES }))),
  },
  'bad-key-share': {
    is: 'an X25519 key of fewer than 32 bytes',
    breaks: 'RFC 8446, 4.2.8.2: the key is 32 bytes',
    answer: 'refused',
    prefixOnly: false,
    converse: (random, name) => once(tlsRecord(hello(random, name, { shareLength: random.between(1, 31) }))),
  },
  'repeated-random': {
    is: 'a valid ClientHello whose client random is one byte, 32 times, in every connection: a fingerprint',
    breaks: 'RFC 8446, 4.1.2: random is 32 bytes of a secure generator',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random, name) => once(tlsRecord(hello(random, name, { random: REPEATED_RANDOM }))),
  },
  'hello-then-stall': {
    is: 'a valid ClientHello, then nothing',
    breaks: 'RFC 8446, 2: the client finishes the handshake',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random, name) => once(tlsRecord(hello(random, name))),
  },
  'hello-then-fin': {
    is: 'a valid ClientHello and FIN at once',
    breaks: 'RFC 8446, 6.1: close_notify before the end of the stream',
    answer: 'server-hello',
    prefixOnly: false,
    converse: (random, name) => ({ ...once(tlsRecord(hello(random, name))), ending: 'fin' }),
  },
  'hello-then-rst': {
    is: 'a valid ClientHello, and RST as soon as the answer is on its way',
    breaks: 'RFC 8446, 6.1: close_notify before the end of the stream',
    answer: 'server-hello',
    prefixOnly: false,
    // A RST that follows at once makes the server's kernel forget the hello before it was read (RFC 9293, 3.10.7.4).
    converse: (random, name) => ({ ...once(tlsRecord(hello(random, name))), ending: 'rst', lingers: 50 }),
  },
  'sslv2-hello': {
    is: 'a ClientHello of SSL 2.0',
    breaks: 'RFC 6176, 3: SSL 2.0 must not be offered',
    answer: 'refused',
    prefixOnly: true,
    converse: (random) => once(sslv2Hello(random)),
  },
  'fragmented-across-records': {
    is: 'a valid ClientHello in records of 1 to 40 bytes',
    breaks: 'nothing: RFC 8446, 5.1 permits it',
    answer: 'server-hello',
    prefixOnly: false,
    converse(random, name) {
      const records: Buffer[] = []
      for (let left = hello(random, name); left.length; ) {
        const size = random.between(1, 40)
        records.push(tlsRecord(left.subarray(0, size)))
        left = left.subarray(size)
      }
      return once(Buffer.concat(records))
    },
  },
} satisfies Record<string, HelloKind>

export type KindName = keyof typeof catalogue

export const kindNames = Object.keys(catalogue) as KindName[]

/** RFC 5246, E.2, with the version and the suites of SSL 2.0 itself: DES and RC4, three bytes each. */
function sslv2Hello(random: Random): Buffer {
  const suites = Buffer.from('010080020080060040', 'hex')
  const challenge = random.bytes(16)
  const message = Buffer.concat([
    // client_hello, version 0.2, lengths of suites, session id and challenge
    Buffer.from([1, 0, 2, 0, suites.length, 0, 0, 0, challenge.length]),
    suites,
    challenge,
  ])
  // The top bit says: a header of two bytes, without padding.
  return Buffer.concat([Buffer.from([0x80, message.length]), message])
}
