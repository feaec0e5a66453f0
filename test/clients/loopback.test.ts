import { describe, expect, test } from 'vitest'
import { httpDialer } from '../../clients/http-dialer.ts'
import { assertLoopback, parseEndpoint, Sources } from '../../clients/loopback.ts'
import { openConnection } from '../../clients/sockets.ts'

const outside = [
  ['10.0.0.1', 'a private network'],
  ['8.8.8.8', 'the internet'],
  ['0.0.0.0', 'every interface'],
  ['169.254.169.254', 'the metadata service of clouds'],
  ['127.0.0.1.evil', 'a name that begins like loopback'],
  ['127.0.0.1.evil.example', 'the same, complete'],
  ['1270.0.0.1', 'no address, but begins with 127'],
  ['2130706433', '127.0.0.1 as one number'],
  ['0x7f.0.0.1', 'hexadecimal'],
  ['0177.0.0.1', 'octal: 127 for some programs, 177 for others'],
  ['127.1', 'short form'],
  ['127.0.0.256', 'no address'],
  ['127.0.0.01', 'leading zero'],
  ['::ffff:10.0.0.1', 'IPv4 inside IPv6'],
  ['::ffff:127.0.0.1', 'loopback, in a spelling that is not literal'],
  ['::', 'every interface of IPv6'],
  ['::1%eth0', 'a zone'],
  ['fe80::1', 'link-local'],
  ['localhost', 'a name, which may resolve to anything'],
  ['lab.test', 'a name'],
  ['', 'nothing'],
  [' 127.0.0.1', 'a blank'],
  ['127.0.0.1\n', 'a line end'],
] as const

describe('the guard', () => {
  test.each(outside)('refuses %j: %s', (address) => {
    expect(() => assertLoopback(address)).toThrow(/outside the lab; only literal loopback addresses/)
  })

  test.each(outside)('refuses %j in front of a port: %s', (address) => {
    expect(() => parseEndpoint(`${address}:8443`)).toThrow(/127\.0\.0\.0\/8/)
    expect(() => parseEndpoint(`[${address}]:8443`)).toThrow()
  })

  test.each(['127.0.0.1', '127.0.0.2', '127.255.255.254', '::1'])('lets %s pass', (address) => {
    expect(assertLoopback(address)).toBe(address)
  })

  // Whoever reaches the opening functions without a parsed flag meets the guard there.
  test.each(outside)('no socket is made to or from %j: %s', (address) => {
    const inside = '127.0.0.1'
    expect(() => openConnection({ address, port: 9 }, inside)).toThrow(/outside the lab/)
    expect(() => openConnection({ address: inside, port: 9 }, address)).toThrow(/outside the lab/)
    expect(() => httpDialer({ to: { address, port: 9 }, from: inside, timeout: 1 })).toThrow(/outside the lab/)
    expect(() => httpDialer({ to: { address: inside, port: 9 }, from: address, timeout: 1 })).toThrow(/outside the lab/)
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap')
  })
})

describe('an endpoint', () => {
  test('is an address and a port', () => {
    expect(parseEndpoint('127.0.0.1:8443')).toEqual({ address: '127.0.0.1', port: 8443 })
    expect(parseEndpoint('[::1]:1')).toEqual({ address: '::1', port: 1 })
  })

  test.each(['127.0.0.1', '127.0.0.1:', '127.0.0.1:http', '::1:80', 'https://127.0.0.1:80', ''])(
    'is not %j',
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(/is not an address with a port, e\.g\. 127\.0\.0\.1:8443/)
    },
  )

  test.each(['0', '65536', '99999999'])('has no port %s', (port) => {
    expect(() => parseEndpoint(`127.0.0.1:${port}`)).toThrow(
      `port ${port} of "127.0.0.1:${port}" is not one of 1..65535`,
    )
  })

  test('has no brackets around IPv4', () => {
    expect(() => parseEndpoint('[127.0.0.1]:80')).toThrow(/only an IPv6 address has brackets/)
  })
})

describe('source addresses', () => {
  const all = (text: string) => {
    const sources = new Sources(text)
    return Array.from({ length: sources.size }, (_, index) => sources.at(index))
  }

  test('are one address', () => {
    expect(all('127.0.0.2')).toEqual(['127.0.0.2'])
    expect(all('::1')).toEqual(['::1'])
  })

  test('are a range, both ends included, across bytes', () => {
    expect(all('127.0.0.254-127.0.1.1')).toEqual(['127.0.0.254', '127.0.0.255', '127.0.1.0', '127.0.1.1'])
  })

  test.each([
    '127.0.0.9-127.0.0.2',
    '127.0.0.1-::1',
    '127.0.0.1-127.0.0.2-127.0.0.3',
    '126.0.0.1-127.0.0.1',
    '127.0.0.1-128.0.0.1',
    '127.0.0.1-9',
    'localhost',
    '-',
  ])('are not %j', (text) => {
    expect(() => new Sources(text)).toThrow(/ascend|outside the lab|not an address or a range/)
  })
})
