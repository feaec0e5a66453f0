import { readdirSync } from 'node:fs'
import { unknownName } from './errors.ts'

/** `.js` in the packed tool. */
const MODULE = /^([a-z0-9-]+)\.(?:ts|js)$/

/** The modules of a folder in which each file is one of a kind, found by listing it: adding one is adding a file. */
export function moduleNames(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((file) => MODULE.exec(file)?.[1] ?? [])
    .sort()
}

/** Default export of the module with this name. Throws a usage error that lists those that exist. */
export async function loadModule<T>(kind: string, folder: string, name: string): Promise<T> {
  const file = readdirSync(folder).find((candidate) => MODULE.exec(candidate)?.[1] === name)
  if (!file) throw unknownName(kind, name, moduleNames(folder))
  const module: { default: T } = await import(`${folder}/${file}`)
  return module.default
}
