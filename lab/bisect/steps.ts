import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { usage } from '../errors.ts'
import type { Recipe } from '../toolchains/build.ts'
import { readPatch } from '../toolchains/patch.ts'
import type { Toolchain } from '../toolchains/toolchain.ts'

/** One state of what is under test. */
export interface Step {
  name: string
  change: Pick<Recipe, 'patches' | 'versions'>
}

/** The name of a series before its first patch. */
export const UNPATCHED = 'unpatched'

/** The versions of a module from the one to the other, in the order in which they came: from a file with one a line, or as the module's host lists them. */
export async function versionSteps(
  toolchain: Toolchain,
  module: string,
  ends: readonly [string, string],
  file: string | undefined,
): Promise<Step[]> {
  const all = file ? await versionsIn(file) : await versionsOf(toolchain, module)
  return between(all, ends, (version) =>
    file
      ? `${file} does not hold ${version}; it takes one version a line, the oldest first`
      : `${version} is not among the ${all.length} listed versions of ${module}; give them in a file by --versions, the oldest first`,
  ).map((name) => ({ name, change: { patches: [], versions: { [module]: name } } }))
}

/** The states of a series of patches, in the order of their names, each with all before it. */
export async function patchSteps(folder: string, ends: readonly [string, string] | undefined): Promise<Step[]> {
  const files = await readdir(folder).catch((error: Error) => {
    throw usage(`cannot read the series of patches: ${error.message}`)
  })
  const names = files.filter((file) => /\.(diff|patch)$/.test(file)).sort()
  const [last] = names.slice(-1)
  if (!last) throw usage(`${folder} holds no .diff and no .patch`)
  const patches = await Promise.all(names.map((name) => readPatch(join(folder, name))))
  const states = [UNPATCHED, ...names]
  return between(
    states,
    ends ?? [UNPATCHED, last],
    (name) => `${name} is not of the series; choose two of: ${states.join(', ')}`,
  ).map((name) => ({ name, change: { patches: patches.slice(0, states.indexOf(name)) } }))
}

function between(
  all: readonly string[],
  ends: readonly [string, string],
  missing: (name: string) => string,
): readonly string[] {
  const places = ends.map((name) => {
    if (!all.includes(name)) throw usage(missing(name))
    return all.indexOf(name)
  })
  const [from, to] = [Math.min(...places), Math.max(...places)]
  if (from === to) throw usage(`${ends[0]} is given as good and as bad; they must differ`)
  return all.slice(from, to + 1)
}

async function versionsIn(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw usage(`cannot read the versions: ${error.message}`)
  })
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
}

async function versionsOf(toolchain: Toolchain, module: string): Promise<string[]> {
  // "path version version …" (go help list, -versions)
  const listed = await toolchain.run(['list', '-m', '-versions', module], '/')
  return listed.trim().split(/\s+/).slice(1)
}
