import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { crossCheck } from '../../lab/diagnosis/cross-check.ts'
import { readCpuProfile } from '../../lab/go-runtime/cpu-profile.ts'
import { readStatus } from '../../lab/process/status.ts'

/** Taken from Go 1.26 by test/go-runtime/record.ts. */
const profile = (kind: string) => {
  const seen = readCpuProfile(readFileSync(`${import.meta.dirname}/../go-runtime/recorded/${kind}.pb.gz`))
  if (!seen) throw new Error(`${kind} is no profile`)
  return seen
}

// Of a Go server, kernel 6.18.
const STATUS = `Name:	target
State:	S (sleeping)
Tgid:	51
FDSize:	64
Threads:	7
`

test('a profile says how many cores burn, and in which calls', () => {
  const calls = profile('calls')
  expect(calls.cores).toBeGreaterThan(0)
  expect(calls.calling).toBeGreaterThan(0.5)
  expect(calls.top[0]?.cum).toBeCloseTo(1, 1)
  expect(calls.top.find(({ name }) => name === 'main.main')?.cum).toBeGreaterThan(0.8)
  expect(calls.top.every(({ flat, cum }) => flat <= cum && cum <= 1)).toBe(true)
  const loop = profile('loop')
  expect(loop.calling).toBeLessThan(0.05)
  expect(loop.top.find(({ name }) => name === 'main.main')?.flat).toBeGreaterThan(0.5)
})

test('what is no profile tells nothing', () => {
  expect(readCpuProfile(Buffer.from('404 page not found'))).toBeUndefined()
  expect(readCpuProfile(Buffer.alloc(0))).toBeUndefined()
})

test('FDSize is called a capacity, and the count is another number', () => {
  const status = readStatus(STATUS)
  expect(status).toEqual({ state: 'S', threads: 7, fdSize: 64 })
  expect(crossCheck({ ...(status && { status }), descriptors: { open: 10, limit: 1024 } })).toEqual([
    '/proc/PID/fd: 10 of 1024 descriptors (1 %); FDSize 64 is what the table has room for, not how many there are',
    '/proc/PID/status: state S, 7 threads',
  ])
  expect(readStatus('cat: No such file or directory')).toBeUndefined()
})

test('calls that burn are told from loops, and a full table from one with room', () => {
  const last = (kind: string, open: number) =>
    // The machine that it was recorded on had many other things to do.
    crossCheck({ profile: { ...profile(kind), cores: 1 }, descriptors: { open, limit: 1024 } }).at(-1)
  expect(last('calls', 1020)).toMatch(/descriptors are short: .* EMFILE/)
  expect(last('calls', 10)).toMatch(/not short: look which call/)
  expect(last('loop', 1020)).toMatch(/in user space/)
})

test('a process at rest is not explained', () => {
  const idle = { cores: 0.01, calling: 1, top: [{ name: 'main.main', flat: 1, cum: 1 }] }
  expect(crossCheck({ profile: idle })).toEqual(['CPU profile: 0.01 cores'])
  expect(crossCheck({})).toEqual([])
})

test('uninterruptible sleep is put into words', () => {
  expect(crossCheck({ status: { state: 'D', threads: 1, fdSize: 64 } })[0]).toMatch(/state D: it waits for a device/)
})
