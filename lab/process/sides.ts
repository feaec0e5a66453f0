import { fileURLToPath } from 'node:url'
import type { Sides } from '../diagnosis/cross-check.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'
import type { Side } from './side.ts'

const FOLDER = fileURLToPath(new URL('sides', import.meta.url))

/** Looks at a process from all sides at once. `missing`: a line for each that could not be seen. */
export async function sidesOf(pid: number, pprof: string): Promise<{ sides: Sides; missing: string[] }> {
  const all = await Promise.all(moduleNames(FOLDER).map((name) => loadModule<Side>('side', FOLDER, name)))
  const seen = await Promise.all(all.map((side) => side.look({ pid, pprof })))
  return {
    sides: Object.assign({}, ...seen.filter((part) => !('missing' in part))),
    missing: seen.flatMap((part) => ('missing' in part ? part.missing : [])),
  }
}
