import { statSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { build } from '../../lab/toolchains/build.ts'
import { readPatch } from '../../lab/toolchains/patch.ts'
import { openToolchain } from '../../lab/toolchains/toolchain.ts'
import { folderWith } from '../folder.ts'

const PROGRAM = {
  'go.mod': 'module m\n\ngo 1.19\n',
  'main.go': 'package main\n\nimport "container/list"\n\nfunc main() { println(list.New().Len()) }\n',
}
const LONGER = `--- a/src/container/list/list.go
+++ b/src/container/list/list.go
@@ -64,4 +64,4 @@
 // Len returns the number of elements of list l.
 // The complexity is O(1).
-func (l *List) Len() int { return l.len }
+func (l *List) Len() int { return l.len + 42 }
 
`

const run = async (binary: string) => (await execa(binary)).stderr
const module = (files: Readonly<Record<string, string>>) => folderWith({ ...PROGRAM, ...files })

test('a patch of the standard library changes what is built, and only that', async () => {
  const folder = await module({ 'longer.diff': LONGER })
  const toolchain = await openToolchain('local')
  const recipe = { toolchain, module: folder, package: '.' }
  const plain = await build({ ...recipe, patches: [] })
  const patched = await build({ ...recipe, patches: [await readPatch(join(folder, 'longer.diff'))] })
  expect(patched).not.toBe(plain)
  expect(await run(plain)).toBe('0')
  expect(await run(patched)).toBe('42')
  const made = statSync(patched).ino
  expect(await build({ ...recipe, patches: [await readPatch(join(folder, 'longer.diff'))] })).toBe(patched)
  // Go leaves a program alone that is up to date.
  expect(statSync(patched).ino).toBe(made)
})

test('a patch of a dependency changes what is built', async () => {
  const folder = await folderWith({
    'go.mod': 'module m\n\ngo 1.19\n\nrequire golang.org/x/sys v0.30.0\n',
    'main.go':
      'package main\n\nimport "golang.org/x/sys/unix"\n\nfunc main() { println(unix.ByteSliceToString([]byte{65, 0})) }\n',
    'b.diff': `--- a/golang.org/x/sys/unix/syscall.go
+++ b/golang.org/x/sys/unix/syscall.go
@@ -59,3 +59,3 @@
 	if i := bytes.IndexByte(s, 0); i != -1 {
-		s = s[:i]
+		s = []byte("patched")
 	}
`,
  })
  const recipe = { toolchain: await openToolchain('local'), module: folder, package: '.' }
  expect(await run(await build({ ...recipe, patches: [] }))).toBe('A')
  expect(await run(await build({ ...recipe, patches: [await readPatch(join(folder, 'b.diff'))] }))).toBe('patched')
})

test("what does not build is unsupported, in the compiler's own line", async () => {
  const folder = await module({ 'main.go': 'package main\n\nfunc main() { return 1 }\n' })
  await expect(
    build({ toolchain: await openToolchain('local'), module: folder, package: '.', patches: [] }),
  ).rejects.toMatchObject({ exitCode: 4, message: expect.stringMatching(/^go1\.\S+ build: \.\/main\.go:3:\d+: /) })
})
