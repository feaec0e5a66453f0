import { isIPv4 } from 'node:net'

/** Where a client sends its traffic: always a loopback address. */
export interface Endpoint {
  address: string
  port: number
}

const ALLOWED = 'only literal loopback addresses may be used: 127.0.0.0/8 or ::1'

/**
 * The guard: what passes is a literal loopback address. Names are refused without being resolved, because what a
 * name resolves to may change between the check and the connect; so are other spellings of an address (2130706433,
 * 0x7f.1, ::ffff:127.0.0.1), because programs disagree about what they mean.
 */
export function assertLoopback(address: string): string {
  if (address === '::1' || (isIPv4(address) && address.startsWith('127.'))) return address
  throw new Error(`"${address}" is outside the lab; ${ALLOWED}`)
}

/** Parses `IP:PORT`, for ::1 `[::1]:PORT`. */
export function parseEndpoint(text: string): Endpoint {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(text) ?? []
  const address = bracketed ?? plain
  if (address === undefined)
    throw new Error(`"${text}" is not an address with a port, e.g. 127.0.0.1:8443 or [::1]:8443; ${ALLOWED}`)
  if (bracketed !== undefined && isIPv4(bracketed)) throw new Error(`"${text}": only an IPv6 address has brackets`)
  const port = Number(digits)
  if (port < 1 || port > 65535) throw new Error(`port ${digits} of "${text}" is not one of 1..65535`)
  return { address: assertLoopback(address), port }
}

/** An address as a URL has it: RFC 3986, 3.2.2. */
export const urlHost = (address: string) => (address.includes(':') ? `[${address}]` : address)

/** Source addresses: one, or all from the first to the last. */
export class Sources {
  readonly size: number
  readonly #first: string

  /** Parses `127.0.0.2` or `127.0.0.2-127.0.0.9`. */
  constructor(text: string) {
    const [first = '', last = first, ...more] = text.split('-')
    if (more.length) throw new Error(`"${text}" is not an address or a range, e.g. 127.0.0.2-127.0.0.9; ${ALLOWED}`)
    assertLoopback(first)
    assertLoopback(last)
    this.#first = first
    this.size = first === last ? 1 : toNumber(last) - toNumber(first) + 1
    if (!(this.size >= 1)) throw new Error(`range "${text}" must ascend, within IPv4; e.g. 127.0.0.2-127.0.0.9`)
  }

  /** The address at `index`, 0 .. size - 1. */
  at(index: number): string {
    return index === 0 ? this.#first : toDotted(toNumber(this.#first) + index)
  }
}

/** NaN for what is no IPv4 address. */
const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const toDotted = (address: number) => [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
