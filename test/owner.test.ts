import { execa } from 'execa'
import { expect, test } from 'vitest'
import { hasEnded, thisProcess } from '../lab/owner.ts'
import { repository } from '../lab/places.ts'

test('a process that runs has not ended', () => expect(hasEnded(thisProcess())).toBe(false))

test('one that is gone has, even when its pid is given to another', async () => {
  const program = `import { thisProcess } from './lab/owner.ts'; console.log(JSON.stringify(thisProcess()))`
  const { stdout } = await execa(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: repository,
  })
  expect(hasEnded(JSON.parse(stdout))).toBe(true)
  expect(hasEnded({ ...thisProcess(), started: '1' })).toBe(true)
})

test('of another boot, machine or pid namespace nothing can be said', () =>
  expect(hasEnded({ pid: '1', started: '1', boot: 'another' })).toBe(false))
