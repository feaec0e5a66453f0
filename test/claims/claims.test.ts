import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Bench } from '../../lab/claims/bench.ts'
import { loadClaims } from '../../lab/claims/load-claims.ts'
import { scenarioNames } from '../../lab/experiment/load-scenarios.ts'
import { spinlab } from '../spinlab.ts'

const bench = () => Bench.open({ seed: 1, outDir: tmpdir(), stop: new AbortController().signal })

test('every claim says what it is of, how it is tested and what would be seen', async () => {
  const claims = await loadClaims()
  expect(claims.length).toBeGreaterThanOrEqual(40)
  for (const claim of claims) {
    expect(claim.section).toMatch(/^[1-4](\.\d)?$/)
    expect(claim.id).toMatch(/^[a-z0-9-]+$/i)
    for (const words of [claim.sentence, claim.command, claim.expected]) expect(words.length).toBeGreaterThan(3)
  }
})

test('experiments that claims rest on are scenarios that exist', async () => {
  const named = (await loadClaims()).flatMap(({ command }) => [...command.matchAll(/spinlab repro ([a-z-]+)/g)])
  for (const [, name] of named) expect(scenarioNames()).toContain(name)
})

test('a sentence that is true here and one that is false are told apart by what is measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spinlab-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const page = join(folder, 'claims.md')
  const ids = 'timeout-30000,reject-alert,fd-directory-wc,server-listener-field'
  const { stdout, exitCode } = await spinlab('claims', '--only', ids, '--json', '--quiet', '--write', page)
  const { claims } = JSON.parse(stdout)
  expect(Object.fromEntries(claims.map((claim: { id: string; verdict: string }) => [claim.id, claim.verdict]))).toEqual(
    {
      'timeout-30000': 'refuted',
      'reject-alert': 'holds',
      'fd-directory-wc': 'refuted',
      'server-listener-field': 'refuted',
    },
  )
  for (const key of ['id', 'section', 'sentence', 'command', 'expected', 'measured', 'verdict'])
    expect(claims[0]).toHaveProperty(key)
  expect(readFileSync(page, 'utf8')).toContain('fd-directory-wc')
  expect(exitCode).toBe(0)
})

test('what cannot be tried is no data, and the exit code says so', async () => {
  const { stdout, exitCode } = await spinlab(
    'claims',
    '--only',
    'gdb-close',
    '--json',
    '--quiet',
    '--out-dir',
    '/proc/none',
  )
  const [claim] = JSON.parse(stdout).claims
  // gdb is there or not; where it is not, the claim must not count as refuted.
  if (claim.measured.includes('not installed')) expect([claim.verdict, exitCode]).toEqual(['no-data', 3])
  else expect([claim.verdict, exitCode]).toEqual(['refuted', 0])
})

test('a demonstration that dies is an error with its own words, not an answer', async () => {
  await using own = await bench()
  await expect(own.see('no-such-thing')).rejects.toThrow(/demo no-such-thing saw nothing: demo: takes one of/)
  await expect(own.start('poll')).rejects.toThrow(/takes a timeout in ms/)
})

test('a script that does not end is ended', async () => {
  await using own = await bench()
  const said = await own.shell('echo begun; sleep 60', 0.5)
  expect(said).toMatchObject({ stdout: 'begun', code: 124 })
})

test('a claim that does not exist lists those that do', async () => {
  const { stderr, exitCode } = await spinlab('claims', '--only', 'nonsense')
  expect(stderr).toMatch(/^spinlab: "nonsense" is not a claim; choose one of: .*strace-pipeline/)
  expect(exitCode).toBe(2)
})
