import { join } from 'node:path'
import { expect, test } from 'vitest'
import { baselineOf, writeBaseline } from '../../lab/baseline/baseline.ts'
import { resultOf } from '../baseline/results.ts'
import { folderWith } from '../folder.ts'
import { spinlab } from '../spinlab.ts'

test.each([
  [['repro', 'tls-storm', '--against', '/nowhere.json'], /^spinlab: \/nowhere\.json is not a baseline: ENOENT/],
  [['repro', 'tls-storm', '--worse-than', '1'], /^spinlab: .*'1' is invalid.* above 1/],
  [['record', 'nonsense'], /^spinlab: "nonsense" is not a scenario; choose one of: /],
])('spinlab %j is a usage error', async (args, line) => {
  const { exitCode, stdout, stderr } = await spinlab(...args)
  expect(stderr).toMatch(line)
  expect(stdout).toBe('')
  expect(exitCode).toBe(2)
})

test('a baseline of something else is a usage error', async () => {
  const file = join(await folderWith(), 'b.json')
  writeBaseline(file, baselineOf([resultOf()], '2026-01-01T00:00:00Z'))
  const { exitCode, stderr } = await spinlab('repro', 'tls-storm', '--against', file)
  expect(stderr).toBe(`spinlab: ${file} is the baseline of s v, not of tls-storm reactor`)
  expect(exitCode).toBe(2)
})
