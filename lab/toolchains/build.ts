import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builds } from '../places.ts'
import { modfileFor } from './modfile.ts'
import { applyPatch, type Patch } from './patch.ts'
import type { Toolchain } from './toolchain.ts'

/** What to build, with what. */
export interface Recipe {
  toolchain: Toolchain
  /** folder of the module, absolute */
  module: string
  /** its package, e.g. `./cmd/target` */
  package: string
  /** applied one after the other */
  patches: readonly Patch[]
  /** versions of dependencies that are not those of its go.mod */
  versions?: Readonly<Record<string, string>>
}

/**
 * Builds a program; its path. What it is made of decides on the folder, and Go's own build cache on what is compiled again.
 * Throws Unsupported with the tool's own line when a patch does not apply or the program does not build.
 */
export async function build(recipe: Recipe): Promise<string> {
  const { toolchain, module, patches, versions = {} } = recipe
  const files = modfileFor(module, toolchain.version)
  const folder = join(builds, fingerprint(recipe, files))
  const modfile = join(folder, 'go.mod')
  await mkdir(folder, { recursive: true })
  await writeFile(modfile, files.mod)
  await writeFile(join(folder, 'go.sum'), files.sum)
  for (const [path, version] of Object.entries(versions))
    await toolchain.run(['mod', 'edit', `-require=${path}@${version}`, modfile], folder)
  const overlay = patches.length ? await patch(recipe, folder, modfile) : undefined
  const program = join(folder, 'program')
  await toolchain.run(
    [
      'build',
      '-mod=mod',
      `-modfile=${modfile}`,
      ...(overlay ? [`-overlay=${overlay}`] : []),
      '-buildvcs=false',
      `-o=${program}`,
      recipe.package,
    ],
    module,
  )
  return program
}

function fingerprint({ toolchain, module, package: name, patches, versions }: Recipe, files: object): string {
  const parts = [toolchain.version, toolchain.goroot, module, name, patches.map(({ text }) => text), versions, files]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}

/** Patches copies, and has the build take them instead: single files of the Go tree by an overlay, a dependency as a whole. */
async function patch({ toolchain, module, patches }: Recipe, folder: string, modfile: string): Promise<string> {
  const changed = [...new Set(patches.flatMap(({ files }) => files))]
  const ofGo = changed.filter((file) => file.startsWith('src/'))
  const dependencies = changed.length > ofGo.length ? await modules(toolchain, module, modfile) : []
  const patchedModules = dependencies.filter(({ Path }) => changed.some((file) => file.startsWith(`${Path}/`)))
  const sources = new Map([
    ...ofGo.map((file) => [file, join(toolchain.goroot, file)] as const),
    ...patchedModules.map(({ Path, Dir }) => [Path, Dir] as const),
  ])
  const tree = join(folder, 'tree')
  if (!existsSync(tree)) await makeTree(patches, sources, folder, tree)
  for (const { Path } of patchedModules)
    await toolchain.run(['mod', 'edit', `-replace=${Path}=${join(tree, Path)}`, modfile], folder)
  const overlay = join(folder, 'overlay.json')
  // An empty replacement is a file that the patch removes (go help build).
  const copy = (file: string) => (existsSync(join(tree, file)) ? join(tree, file) : '')
  await writeFile(
    overlay,
    JSON.stringify({ Replace: Object.fromEntries(ofGo.map((file) => [join(toolchain.goroot, file), copy(file)])) }),
  )
  return overlay
}

/** Made aside and renamed: a tree is whole or absent. */
async function makeTree(
  patches: readonly Patch[],
  sources: ReadonlyMap<string, string>,
  folder: string,
  tree: string,
): Promise<void> {
  const aside = await mkdtemp(join(folder, 'part-'))
  try {
    for (const one of patches) await applyPatch(one, sources, aside)
    await rename(aside, tree).catch((error: NodeJS.ErrnoException) => {
      // Another lab has made the same one meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

interface Dependency {
  Path: string
  Dir: string
}

/** The dependencies, fetched, with the folder of each. */
async function modules(toolchain: Toolchain, module: string, modfile: string): Promise<Dependency[]> {
  const listed = await toolchain.run(['mod', 'download', '-json', `-modfile=${modfile}`], module)
  // One object after the other, with no comma between.
  return JSON.parse(`[${listed.replaceAll('}\n{', '},\n{')}]`)
}
