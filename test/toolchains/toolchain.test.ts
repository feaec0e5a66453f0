import { expect, test, vi } from 'vitest'
import { openToolchain } from '../../lab/toolchains/toolchain.ts'

test('local is the Go of this machine', async () => {
  const go = await openToolchain('local')
  expect(go.version).toMatch(/^go1\.\d+/)
  expect(await go.run(['version'], '/')).toContain(go.version)
})

test('a GOROOT is the Go that lives there', async () => {
  const { goroot, version } = await openToolchain('local')
  expect(await openToolchain(goroot)).toMatchObject({ name: goroot, version })
})

test.each(['nonsense', '1.26', 'go2', 'go1.26.8;id', ''])('"%s" is no Go: a usage error', (name) =>
  expect(openToolchain(name)).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('is not a Go') }),
)

test('a path without a Go is unsupported', () =>
  expect(openToolchain('/nowhere')).rejects.toMatchObject({
    exitCode: 4,
    message: '/nowhere is not to be had here: it holds no bin/go',
  }))

test("a release that cannot be had is unsupported, in the tool's own line", async () => {
  vi.stubEnv('GOPROXY', 'off')
  try {
    await expect(openToolchain('go1.26.99')).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^go1\.26\.99 is not to be had here: go: .*go1\.26\.99/),
    })
  } finally {
    vi.unstubAllEnvs()
  }
})

test('what a command says of its failure is the reason', async () => {
  const go = await openToolchain('local')
  await expect(go.run(['frobnicate'], '/')).rejects.toMatchObject({
    exitCode: 4,
    message: expect.stringContaining('go frobnicate: unknown command'),
  })
})
