import type { Sight } from './sight.ts'
import { sum } from './sums.ts'

/** With these it comes to another file, where they succeed. */
const GOING_ON = ['getdents64', 'open', 'openat', 'openat2', 'execve']
/**
 * Share of an opened file or a read directory in each look at a file. Measured: none in loops over one, 2e-3 in nginx's lists of 2000 files.
 * Less than 7e-4 cannot be: one getdents64 of 32 KiB brings at most 1365 names.
 */
const GONE_ON = 3e-4

/** Whether so many looks at files are at ever others. */
export function goesThroughFiles(looks: number, { calls }: Pick<Sight, 'calls'>): boolean {
  const opened = sum(GOING_ON.map((name) => (calls.get(name)?.zero ?? 0) + (calls.get(name)?.positive ?? 0)))
  return opened > 0 && opened >= GONE_ON * looks
}

/** Calls about files by their names that did what they were asked: the work of threads that a loop hands it to. */
const ABOUT_FILES =
  /^(?:(?:new)?[lf]?stat(?:at|x)?|newfstatat|f?access(?:at2?)?|readlink(?:at)?|open(?:at2?)?|getdents64|mkdir(?:at)?|rmdir|unlink(?:at)?|rename(?:at2?)?|link(?:at)?|symlink(?:at)?|f(?:data)?sync)$/

export const filesDone = ({ calls }: Pick<Sight, 'calls'>): number =>
  sum([...calls.values()].map(({ call, zero, positive }) => (ABOUT_FILES.test(call) ? zero + positive : 0)))
