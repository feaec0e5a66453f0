import { describe, expect, test } from 'vitest'
import { goLine, modfileFor } from '../../lab/toolchains/modfile.ts'
import { folderWith } from '../folder.ts'

test.each([
  { version: 'go1.19.8', line: '1.19', why: 'before 1.21 a go line has no patch release' },
  { version: 'go1.21.0', line: '1.21.0', why: 'from then on it may name one' },
  { version: 'go1.27.3', line: '1.27.3', why: '' },
  { version: 'go1.28rc1', line: '1.28rc1', why: 'a release candidate is older than its release' },
  { version: 'devel go1.28-abcdef Mon', line: '1.28', why: 'a Go of somebody’s own' },
])('$version writes go $line', ({ version, line }) => expect(goLine(version)).toBe(line))

describe('the module file for a Go', () => {
  const files = {
    'go.mod': 'module m\n\ngo 1.26.0\n\ntoolchain go1.26.8\n\nrequire example.test/a v2.0.0\n',
    'go.sum': 'sums of today\n',
    'go1.19.mod': 'module m\n\ngo 1.19\n\nrequire example.test/a v1.0.0\n',
    'go1.19.sum': 'sums of then\n',
  }

  test.each([
    { version: 'go1.27.3', requires: 'v2.0.0', sum: 'sums of today\n' },
    { version: 'go1.26.0', requires: 'v2.0.0', sum: 'sums of today\n' },
    { version: 'go1.25.9', requires: 'v1.0.0', sum: 'sums of then\n' },
    { version: 'go1.19.8', requires: 'v1.0.0', sum: 'sums of then\n' },
    { version: 'go1.18', requires: 'v1.0.0', sum: 'sums of then\n' },
  ])('of $version requires $requires', async ({ version, requires, sum }) => {
    const found = modfileFor(await folderWith(files), version)
    expect(found.mod).toContain(`require example.test/a ${requires}`)
    expect(found.mod).toContain(`\ngo ${goLine(version)}\n`)
    expect(found.mod).not.toContain('toolchain')
    expect(found.sum).toBe(sum)
  })

  test('of a folder that is no module is a usage error', async () => {
    const folder = await folderWith()
    expect(() => modfileFor(folder, 'go1.26.8')).toThrow(/is not a Go module: it holds no go.mod/)
  })
})
