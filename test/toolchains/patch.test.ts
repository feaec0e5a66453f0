import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyPatch, readPatch } from '../../lab/toolchains/patch.ts'
import { folderWith } from '../folder.ts'

const DIFF = `What it does, in words.

--- a/src/x/greet.txt
+++ b/src/x/greet.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
`
const NEW = `--- /dev/null
+++ b/src/x/new.txt
@@ -0,0 +1 @@
+new
`

test('is applied to a copy; the original stays', async () => {
  const folder = await folderWith({ 'a.diff': DIFF, 'greet.txt': 'one\ntwo\nthree\n' })
  const patch = await readPatch(join(folder, 'a.diff'))
  expect(patch).toMatchObject({ name: 'a.diff', files: ['src/x/greet.txt'] })
  const tree = await folderWith()
  await applyPatch(patch, new Map([['src/x/greet.txt', join(folder, 'greet.txt')]]), tree)
  expect(readFileSync(join(tree, 'src/x/greet.txt'), 'utf8')).toBe('one\nTWO\nthree\n')
  expect(readFileSync(join(folder, 'greet.txt'), 'utf8')).toBe('one\ntwo\nthree\n')
})

test('may make a file', async () => {
  const folder = await folderWith({ 'a.diff': NEW })
  const tree = await folderWith()
  await applyPatch(await readPatch(join(folder, 'a.diff')), new Map([['src/x/new.txt', '/nowhere']]), tree)
  expect(readFileSync(join(tree, 'src/x/new.txt'), 'utf8')).toBe('new\n')
})

test("that does not apply is unsupported, in git's own line, and nothing is changed in part", async () => {
  const folder = await folderWith({ 'a.diff': DIFF + NEW, 'greet.txt': 'one\nzwei\nthree\n' })
  const tree = await folderWith()
  const sources = new Map([['src/x/greet.txt', join(folder, 'greet.txt')]])
  await expect(applyPatch(await readPatch(join(folder, 'a.diff')), sources, tree)).rejects.toMatchObject({
    exitCode: 4,
    message: 'a.diff does not apply: patch failed: src/x/greet.txt:1',
  })
  expect(existsSync(join(tree, 'src/x/new.txt'))).toBe(false)
})

test('that reaches out of its tree is refused', async () => {
  const folder = await folderWith({ 'a.diff': NEW.replace('b/src/x/new.txt', 'b/../../escaped.txt') })
  const patch = readPatch(join(folder, 'a.diff')).then(async (read) => applyPatch(read, new Map(), await folderWith()))
  await expect(patch).rejects.toMatchObject({ message: expect.stringMatching(/invalid path|holds no unified diff/) })
})

test('that is missing, or is none, is a usage error', async () => {
  const folder = await folderWith({ 'a.diff': 'just words\n' })
  await expect(readPatch('/nowhere/a.diff')).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/^cannot read the patch \/nowhere\/a\.diff: ENOENT/),
  })
  await expect(readPatch(join(folder, 'a.diff'))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('holds no unified diff'),
  })
})
