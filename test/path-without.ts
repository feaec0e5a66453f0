import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that stands for PATH, with everything in it but these programs. */
export async function pathWithout(...missing: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'spinlab-'))
  // The first in the PATH wins, as for the shell.
  for (const place of (process.env.PATH ?? '').split(':'))
    for (const file of await readdir(place).catch(() => []))
      if (!missing.includes(file)) await symlink(join(place, file), join(folder, file)).catch(() => {})
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
