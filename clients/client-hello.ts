// Bytes of a ClientHello. node-forge could make one, but it ends at TLS 1.1 and CBC suites, which current servers
// (Go crypto/tls, OpenSSL 3) refuse before they look any further; so the bytes are written here, from the RFCs.

/** RFC 8446, 5.1 and 4: the only record and message types used here. */
const RECORD_HANDSHAKE = 22
const MESSAGE_CLIENT_HELLO = 1

export const TLS11 = 0x0302
export const TLS12 = 0x0303
export const TLS13 = 0x0304

const X25519 = 0x001d

/** RFC 8446, B.4 and RFC 5289: AEAD suites that every current server has one of. */
export const MODERN_SUITES = [0x1301, 0x1302, 0x1303, 0xc02f, 0xc030, 0xc02b, 0xc02c]
/** RFC 5246, A.5 and RFC 8422: CBC suites, all that existed before TLS 1.2. */
export const CBC_SUITES = [0xc013, 0xc014, 0x002f, 0x0035]
/** RFC 5246, A.5 and RFC 8422: no encryption at all. */
export const NULL_SUITES = [0x0001, 0x0002, 0x003b, 0xc010]

export interface ClientHello {
  legacyVersion: number
  random: Buffer
  sessionId: Buffer
  cipherSuites: readonly number[]
  extensions: readonly Buffer[]
}

const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff])
const uint24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff])
const uint16s = (values: readonly number[]) => Buffer.concat(values.map(uint16))
const vector8 = (body: Buffer) => Buffer.concat([Buffer.from([body.length]), body])
const vector16 = (body: Buffer) => Buffer.concat([uint16(body.length), body])

/** RFC 8446, 5.1. `length` is what the header claims, whatever the fragment's length is. */
export function tlsRecord(fragment: Buffer, { version = 0x0301, length = fragment.length } = {}): Buffer {
  return Buffer.concat([Buffer.from([RECORD_HANDSHAKE]), uint16(version), uint16(length), fragment])
}

/** The body of a ClientHello, RFC 8446, 4.1.2 (and RFC 5246, 7.4.1.2, which it is compatible with). */
export function helloBody(hello: ClientHello): Buffer {
  return Buffer.concat([
    uint16(hello.legacyVersion),
    hello.random,
    vector8(hello.sessionId),
    vector16(uint16s(hello.cipherSuites)),
    // legacy_compression_methods: null alone
    vector8(Buffer.from([0])),
    vector16(Buffer.concat(hello.extensions)),
  ])
}

/** RFC 8446, 4: a handshake message. `length` is what its header claims. */
export function handshakeMessage(body: Buffer, length = body.length): Buffer {
  return Buffer.concat([Buffer.from([MESSAGE_CLIENT_HELLO]), uint24(length), body])
}

/** RFC 8446, 4.2. `length` is what its header claims. */
function extension(type: number, body: Buffer, length = body.length): Buffer {
  return Buffer.concat([uint16(type), uint16(length), body])
}

/** RFC 6066, 3 */
export const serverName = (name: string) =>
  extension(0, vector16(Buffer.concat([Buffer.from([0]), vector16(Buffer.from(name, 'ascii'))])))
/** RFC 8446, 4.2.7 */
export const supportedGroups = () => extension(10, vector16(uint16s([X25519])))
/** RFC 8422, 5.1.2: uncompressed */
export const pointFormats = () => extension(11, vector8(Buffer.from([0])))
/** RFC 8446, 4.2.3: RSA-PSS, RSA-PKCS1 and ECDSA P-256 with SHA-256 */
export const signatureAlgorithms = () => extension(13, vector16(uint16s([0x0804, 0x0401, 0x0403])))
/** RFC 7301, 3.1 */
export const alpn = (protocols: readonly string[]) =>
  extension(16, vector16(Buffer.concat(protocols.map((name) => vector8(Buffer.from(name, 'ascii'))))))
/** RFC 8446, 4.2.1 */
export const supportedVersions = (versions: readonly number[]) => extension(43, vector8(uint16s(versions)))
/** RFC 8446, 4.2.8. Any 32 bytes are an X25519 key (RFC 7748, 5). */
export const keyShare = (key: Buffer) => extension(51, vector16(Buffer.concat([uint16(X25519), vector16(key)])))
/** RFC 7685: zeroes, here with a length that may lie */
export const padding = (size: number, length = size) => extension(21, Buffer.alloc(size), length)
