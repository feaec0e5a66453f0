import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { patchSteps, versionSteps } from '../../lab/bisect/steps.ts'
import type { Toolchain } from '../../lab/toolchains/toolchain.ts'
import { folderWith } from '../folder.ts'

/** Lists three versions. */
const toolchain: Toolchain = {
  name: 'local',
  version: 'go1.26.8',
  goroot: '/nowhere',
  run: async () => 'example.test/m v1.0.0 v1.1.0 v1.2.0\n',
}
const DIFF = (name: string) => `--- /dev/null\n+++ b/src/${name}\n@@ -0,0 +1 @@\n+new\n`
const names = (steps: readonly { name: string }[]) => steps.map(({ name }) => name)

describe('versions', () => {
  test('come from the list of the module, between the two ends, in either order', async () => {
    const steps = await versionSteps(toolchain, 'example.test/m', ['v1.2.0', 'v1.0.0'], undefined)
    expect(names(steps)).toEqual(['v1.0.0', 'v1.1.0', 'v1.2.0'])
    expect(steps[1]?.change).toEqual({ patches: [], versions: { 'example.test/m': 'v1.1.0' } })
  })

  test('or from a file, without its comments', async () => {
    const folder = await folderWith({ versions: '# oldest first\nv1\n\nv2 # the bad one\nv3\nv4\n' })
    const steps = await versionSteps(toolchain, 'example.test/m', ['v2', 'v4'], join(folder, 'versions'))
    expect(names(steps)).toEqual(['v2', 'v3', 'v4'])
  })

  test.each([
    { ends: ['v1.0.0', 'v9.0.0'], file: undefined, message: /^v9\.0\.0 is not among the 3 listed versions of / },
    { ends: ['v1.0.0', 'v1.0.0'], file: undefined, message: /must differ/ },
    { ends: ['v1', 'v2'], file: '/nowhere', message: /^cannot read the versions: ENOENT/ },
  ] as const)('$message is a usage error', ({ ends, file, message }) =>
    expect(versionSteps(toolchain, 'example.test/m', ends, file)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(message),
    }),
  )
})

describe('a series of patches', () => {
  const series = () => folderWith({ '02.diff': DIFF('b'), '01.patch': DIFF('a'), README: 'none\n' })

  test('is applied in the order of the names, each with all before it', async () => {
    const steps = await patchSteps(await series(), undefined)
    expect(names(steps)).toEqual(['unpatched', '01.patch', '02.diff'])
    expect(steps.map(({ change }) => names(change.patches))).toEqual([[], ['01.patch'], ['01.patch', '02.diff']])
  })

  test('that is none, or of which an end is not, is a usage error', async () => {
    await expect(patchSteps('/nowhere', undefined)).rejects.toMatchObject({ exitCode: 2 })
    await expect(patchSteps(await folderWith(), undefined)).rejects.toMatchObject({ exitCode: 2 })
    await expect(patchSteps(await series(), ['01.patch', 'x'])).rejects.toMatchObject({
      exitCode: 2,
      message: 'x is not of the series; choose two of: unpatched, 01.patch, 02.diff',
    })
  })
})
