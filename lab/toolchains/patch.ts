import { existsSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import { unsupported, usage } from '../errors.ts'
import { ownLine } from './own-line.ts'

/** A unified diff against the Go tree (`a/src/net/…`) or against a dependency (`a/golang.org/x/net/…`). */
export interface Patch {
  /** its file's name */
  name: string
  /** absolute */
  path: string
  text: string
  /** what it changes, as paths without the leading `a/` */
  files: string[]
}

/** Throws a usage error when there is no such file or no diff in it. */
export async function readPatch(file: string): Promise<Patch> {
  const path = resolve(file)
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw usage(`cannot read the patch ${file}: ${error.message}`)
  })
  const listed = await git(['apply', '--numstat', '-z', path], dirname(path))
  // "added<TAB>removed<TAB>path<NUL>" (git-apply(1), --numstat)
  const files = listed.stdout.split('\0').flatMap((entry) => entry.split('\t')[2] ?? [])
  if (listed.failed || !files.length)
    throw usage(`${file} holds no unified diff${listed.failed ? `: ${ownLine(listed.stderr)}` : ''}`)
  return { name: basename(path), path, text, files }
}

/**
 * Applies a patch to a copy: `sources` says where each changed file or its whole module is, `tree` is the folder that gets the copy.
 * Throws Unsupported with git's own line when it does not apply.
 */
export async function applyPatch(patch: Patch, sources: ReadonlyMap<string, string>, tree: string): Promise<void> {
  for (const [path, source] of sources) {
    const copy = join(tree, path)
    // An earlier patch of a series has it there already; a file that the patch makes has no source.
    if (existsSync(copy) || !existsSync(source)) continue
    await mkdir(dirname(copy), { recursive: true })
    await cp(source, copy, { recursive: true, dereference: true })
    // What lies in the module cache is read-only.
    await execa('chmod', ['-R', 'u+w', copy])
  }
  const applied = await git(['apply', '--whitespace=nowarn', patch.path], tree)
  if (applied.failed)
    throw unsupported(`${patch.name} does not apply: ${ownLine(applied.stderr).replace(/^error: /, '')}`)
}

/** Inside a repository git would take the paths as that repository's, and leave out what lies elsewhere. */
async function git(args: readonly string[], cwd: string) {
  const { failed, stdout, stderr, exitCode, originalMessage } = await execa('git', args, {
    cwd,
    env: { GIT_CEILING_DIRECTORIES: dirname(cwd), LC_ALL: 'C' },
    reject: false,
    stdin: 'ignore',
  })
  if (exitCode === undefined) throw unsupported(`git, which applies patches, cannot be started: ${originalMessage}`)
  return { failed, stdout, stderr }
}
