import { join } from 'node:path'
import { expect, test } from 'vitest'
import { targetModule } from '../../lab/places.ts'
import { openToolchain } from '../../lab/toolchains/toolchain.ts'

test('the core faults keep to the language, and the dependencies, of Go 1.19', async () => {
  const go = await openToolchain('local')
  // The go line of that module file holds any compiler to the older language; what the standard library got later, make test-matrix finds.
  const build = ['build', `-modfile=${join(targetModule, 'go1.19.mod')}`, './faults', './control', './reactor']
  expect(await go.run(build, targetModule)).toBe('')
})
