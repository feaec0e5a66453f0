import { fileURLToPath } from 'node:url'
import type { CleanOptions, Sweep } from '../cleaning/sweep.ts'
import { EXIT } from '../errors.ts'
import { loadModule, moduleNames } from '../folder-modules.ts'

const FOLDER = fileURLToPath(new URL('../cleaning/sweeps', import.meta.url))

/** Removes what labs that were killed have left behind, and says what. Returns the exit code. */
export async function clean(options: CleanOptions & { json: boolean }): Promise<number> {
  const sweeps = await Promise.all(moduleNames(FOLDER).map((name) => loadModule<Sweep>('sweep', FOLDER, name)))
  const removed = (await Promise.all(sweeps.map(({ sweep }) => sweep(options)))).flat()
  process.stdout.write(options.json ? `${JSON.stringify({ removed })}\n` : report(removed))
  return EXIT.pass
}

const report = (removed: readonly string[]) =>
  removed.length ? removed.map((what) => `removed ${what}\n`).join('') : 'nothing was left behind\n'
