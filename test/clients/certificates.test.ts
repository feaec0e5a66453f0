import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../clients/certificates.ts', import.meta.url))

let folder: string
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const certificatesOf = (pem: string) =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one))

beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'spinlab-certificates-')), 'made')
  execFileSync(process.execPath, [program, '--out', folder])
})
afterAll(() => rmSync(join(folder, '..'), { recursive: true }))

test('writes five files, and the keys for their owner alone', () => {
  expect(readdirSync(folder).sort()).toEqual(['ca.pem', 'chain.pem', 'key.pem', 'next-chain.pem', 'next-key.pem'])
  for (const name of ['key.pem', 'next-key.pem']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
})

test('made again, replaces them and keeps the keys closed', () => {
  const before = read('key.pem')
  execFileSync(process.execPath, [program, '--out', folder])
  expect(read('key.pem')).not.toBe(before)
  expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600)
})

describe.each(['', 'next-'])('%schain.pem', (prefix) => {
  const chain = () => certificatesOf(read(`${prefix}chain.pem`))

  test('is a leaf and an intermediate, signed one by the other up to the root', () => {
    const [root] = certificatesOf(read('ca.pem'))
    const [leaf, intermediate, ...more] = chain()
    if (!root || !leaf || !intermediate) throw new Error('a certificate is missing')
    expect(more).toEqual([])
    expect([root.ca, intermediate.ca, leaf.ca]).toEqual([true, true, false])
    expect(leaf.verify(intermediate.publicKey)).toBe(true)
    expect(intermediate.verify(root.publicKey)).toBe(true)
    expect(root.verify(root.publicKey)).toBe(true)
  })

  test('is for lab.test and 127.0.0.1, now, and fits its key', () => {
    const [leaf] = chain()
    expect(leaf?.checkHost('lab.test')).toBe('lab.test')
    expect(leaf?.checkHost('evil.test')).toBeUndefined()
    expect(leaf?.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf?.validFromDate.getTime()).toBeLessThan(Date.now())
    expect(leaf?.validToDate.getTime()).toBeGreaterThan(Date.now())
    const server = createServer({ cert: read(`${prefix}chain.pem`), key: read(`${prefix}key.pem`) })
    expect(server).toBeDefined()
  })
})

test('the two leaves differ in serial number and key', () => {
  const [one, other] = ['chain.pem', 'next-chain.pem'].map((name) => certificatesOf(read(name))[0])
  expect(one?.serialNumber).not.toBe(other?.serialNumber)
  expect(one?.publicKey.equals(other?.publicKey as never)).toBe(false)
})
