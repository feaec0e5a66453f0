import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith } from '../folder.ts'
import { needs } from '../needs.ts'
import { spinlab } from '../spinlab.ts'

test.each([
  [['./nowhere', '--patches', '/'], /^spinlab: there is no Go program \.\/nowhere; /],
  [['test/patches', '--go', 'x', '--patches', '/'], /^spinlab: "x" is not a Go; /],
  [['test/patches'], /^spinlab: bisect takes either --module with --good and --bad, or --patches/],
  [['test/patches', '--module', 'm'], /^spinlab: --module needs --good and --bad, two of its versions/],
  [['test/patches', '--module', 'm', '--good', 'v1'], /^spinlab: --good and --bad belong together/],
])('spinlab bisect %j is a usage error', async (args, line) => {
  const { exitCode, stdout, stderr } = await spinlab('bisect', ...args)
  expect(stderr).toMatch(line)
  expect(stderr.split('\n')).toHaveLength(1)
  expect(stdout).toBe('')
  expect(exitCode).toBe(2)
})

/** Reads past the end once a list is longer than it is, in the standard library. */
const PROGRAM = {
  'go.mod': 'module m\n\ngo 1.19\n',
  'main.go': `package main

import (
	"container/list"
	"fmt"
	"os"
	"time"
)

func main() {
	reader, writer, _ := os.Pipe()
	writer.Close()
	fmt.Println("ready")
	for list.New().Len() > 1 {
		reader.Read(make([]byte, 1))
	}
	time.Sleep(time.Hour)
}
`,
  'series/1-one.diff': change('l.len', 'l.len + 1'),
  'series/2-broken.diff': change('l.len + 1', 'l.lenn + 1'),
  'series/3-two.diff': change('l.lenn + 1', 'l.len + 2'),
}

function change(from: string, to: string): string {
  return `--- a/src/container/list/list.go
+++ b/src/container/list/list.go
@@ -64,4 +64,4 @@
 // Len returns the number of elements of list l.
 // The complexity is O(1).
-func (l *List) Len() int { return ${from} }
+func (l *List) Len() int { return ${to} }
 
`
}

test('a series with a patch that does not build is answered by a range', async (context) => {
  await needs(context, 'go', 'namespaces', 'bpf')
  const folder = await folderWith(PROGRAM)
  const { stdout, exitCode } = await spinlab('bisect', folder, '--patches', join(folder, 'series'), '--json', '-q')
  const found = JSON.parse(stdout)
  expect(found).toMatchObject({
    good: 'unpatched',
    bad: '3-two.diff',
    class: 'error-loop',
    outcome: 'inconclusive',
    change: 'appeared',
    before: '1-one.diff',
    after: '3-two.diff',
    skipped: ['2-broken.diff'],
  })
  expect(found.steps.find(({ name }: { name: string }) => name === '2-broken.diff').reason).toMatch(/lenn/)
  expect(exitCode).toBe(3)
})
