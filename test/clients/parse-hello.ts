// Reads a ClientHello back, written from the RFCs apart from the code that makes it.

export interface ParsedRecord {
  type: number
  version: number
  /** bytes that the header claims, and those that are there */
  claimed: number
  fragment: Buffer
}

/** All records; the last may be shorter than it claims. */
export function parseRecords(bytes: Buffer): ParsedRecord[] {
  const records: ParsedRecord[] = []
  for (let at = 0; at < bytes.length; ) {
    const claimed = bytes.readUInt16BE(at + 3)
    const fragment = bytes.subarray(at + 5, at + 5 + claimed)
    records.push({ type: bytes.readUInt8(at), version: bytes.readUInt16BE(at + 1), claimed, fragment })
    at += 5 + claimed
  }
  return records
}

export interface ParsedHello {
  type: number
  claimed: number
  length: number
  legacyVersion: number
  random: Buffer
  suites: number[]
  extensions: { type: number; claimed: number; body: Buffer }[]
  serverName: string | undefined
  protocols: string[]
  versions: number[]
  keyShare: Buffer | undefined
}

export function parseHello(message: Buffer): ParsedHello {
  let at = 4
  const take = (length: number) => {
    at += length
    return message.subarray(at - length, at)
  }
  const number = (length: number) => take(length).readUIntBE(0, length)
  const legacyVersion = number(2)
  const random = take(32)
  take(number(1))
  const suites = numbers(take(number(2)))
  take(number(1))
  const extensionBytes = number(2)
  const end = at + extensionBytes
  const extensions: ParsedHello['extensions'] = []
  while (at < end) {
    const type = number(2)
    const claimed = number(2)
    extensions.push({ type, claimed, body: take(Math.min(claimed, end - at)) })
  }
  const body = (type: number) => extensions.find((extension) => extension.type === type)?.body
  return {
    type: message.readUInt8(0),
    claimed: message.readUIntBE(1, 3),
    length: message.length - 4,
    legacyVersion,
    random,
    suites,
    extensions,
    // list length, name type, name length
    serverName: body(0)?.subarray(5).toString('ascii'),
    protocols: strings(body(16)?.subarray(2) ?? Buffer.alloc(0)),
    versions: numbers(body(43)?.subarray(1) ?? Buffer.alloc(0)),
    // list length, group, key length
    keyShare: body(51)?.subarray(6),
  }
}

function numbers(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(2 * index))
}

function strings(bytes: Buffer): string[] {
  const found: string[] = []
  for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt8(at))
    found.push(bytes.subarray(at + 1, at + 1 + bytes.readUInt8(at)).toString('ascii'))
  return found
}
