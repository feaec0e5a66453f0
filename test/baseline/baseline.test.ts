import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { baselineOf, readBaseline, writeBaseline } from '../../lab/baseline/baseline.ts'
import { folderWith } from '../folder.ts'
import { resultOf, sixOf } from './results.ts'

test('what was kept is what is read, and nothing is left beside it', async () => {
  const folder = await folderWith()
  const baseline = baselineOf([...sixOf(0.1), resultOf({ cores: null })], '2026-01-01T00:00:00Z')
  writeBaseline(join(folder, 'b.json'), baseline)
  expect(readBaseline(join(folder, 'b.json'))).toEqual(baseline)
  expect(readdirSync(folder)).toEqual(['b.json'])
})

test.each([['{}'], ['no JSON'], ['{"version":2}']])('%s is no baseline: a usage error', async (text) => {
  const file = join(await folderWith({ 'b.json': text }), 'b.json')
  expect(() => readBaseline(file)).toThrow(/is not a baseline: .*; "spinlab record" makes one$/)
})

test('a folder that cannot be written fails the lab', () =>
  expect(() => writeBaseline('/nowhere/b.json', baselineOf([resultOf()], ''))).toThrow(
    /^cannot write the baseline \/nowhere\/b\.json: ENOENT/,
  ))
