import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { usage } from '../errors.ts'
import { build, type Recipe } from '../toolchains/build.ts'

/**
 * A Go program that is judged: a folder with a main package, in a module, that prints a line `ready WORD…` once it can be looked at. If
 * there is a main package `trigger` in it, that is then started with those words as its arguments, and is `ready` itself when what it
 * provokes can be seen.
 */
export interface Program {
  /** as it was named */
  name: string
  /** absolute */
  folder: string
  /** the folder of its go.mod: its own or one above */
  module: string
}

/** The files that are started. */
export interface Binaries {
  program: string
  trigger?: string
}

/** Throws a usage error when there is no such program. */
export function findProgram(name: string): Program {
  const folder = resolve(name)
  if (!existsSync(folder)) throw usage(`there is no Go program ${name}; give the folder of a main package`)
  let module = folder
  while (!existsSync(join(module, 'go.mod'))) {
    if (module === dirname(module)) throw usage(`${name} is in no Go module: there is no go.mod in it or above it`)
    module = dirname(module)
  }
  return { name, folder, module }
}

/** The trigger is always built as it is: only the program is under test. Throws Unsupported with the tool's own line. */
export async function buildProgram(
  { folder, module }: Program,
  { toolchain, ...change }: Pick<Recipe, 'toolchain' | 'patches' | 'versions'>,
): Promise<Binaries> {
  const at = (path: string) => `./${relative(module, path)}`
  const program = await build({ toolchain, module, package: at(folder), ...change })
  const trigger = join(folder, 'trigger')
  if (!existsSync(trigger)) return { program }
  return { program, trigger: await build({ toolchain, module, package: at(trigger), patches: [] }) }
}
