import { execa } from 'execa'
import { expect, test } from 'vitest'
import { repository } from '../../lab/places.ts'
import { folderWith } from '../folder.ts'

const ownEngine = (...argv: string[]) => execa(`${repository}compose/own-engine`, argv, { reject: false })

test.each([
  [['start'], /takes start DIR or stop DIR/, 2],
  [['start', 'here'], /here is not an absolute path/, 2],
  [['restart', '/tmp/x'], /"restart" is neither start nor stop/, 2],
])('own-engine %s is refused in one line', async (argv, complaint, code) => {
  const { exitCode, stderr, stdout } = await ownEngine(...argv)
  expect(stderr).toMatch(complaint)
  expect(stdout).toBe('')
  expect(exitCode).toBe(code)
})

test('own-engine takes no folder that holds something', async () => {
  const folder = await folderWith({ precious: 'mine' })
  const { exitCode, stderr } = await ownEngine('start', folder)
  expect(stderr).toContain(`${folder} is not empty`)
  expect(exitCode).toBe(2)
})
