import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { needs } from '../needs.ts'
import { spinlab } from '../spinlab.ts'

/** One fix that the target does not know of, for each of these scenarios: the spin, its end without a restart, and how it comes back. */
test.for([
  ['fd-exhaustion', 'raise-nofile', 'error-loop'],
  ['half-close', 'epoll-del', 'unconsumed-readiness'],
])('%s: %s ends the spin from outside, until arrivals bring it back', async ([scenario, fix, spin], context) => {
  await needs(context, 'hands')
  const outDir = mkdtempSync(join(tmpdir(), 'spinlab-test-'))
  onTestFinished(() => rmSync(outDir, { recursive: true, force: true }))
  const { stdout } = await spinlab('repro', `${scenario}`, '--fix', `${fix}`, '--brief', '--json', '--out-dir', outDir)
  const result = JSON.parse(stdout)
  expect(result.reasons).toEqual([])
  expect(result.outcome).toBe('pass')
  expect(
    result.phases.map((phase: { name: string; verdict: string; class: string | null }) => [
      phase.name,
      phase.verdict,
      phase.class,
    ]),
  ).toEqual([
    ['baseline', 'absent', null],
    ['fault', 'present', spin],
    ['fault', 'present', spin],
    ['fixed', 'absent', null],
    ['relapse', 'present', spin],
  ])
  expect(new Set(result.phases.map(({ pid }: { pid: number }) => pid)).size).toBe(1)
  expect(result.phases.at(-1).relief).toBeGreaterThanOrEqual(0)
})
