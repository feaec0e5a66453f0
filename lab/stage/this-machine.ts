import { type LocalChild, startChild } from './child.ts'
import type { Room } from './room.ts'

/** This machine as it is, for what must see it from outside any sandbox. What runs here dies with the lab (PR_SET_PDEATHSIG). */
export const thisMachine = {
  run: (argv: readonly string[], options?: { env?: Record<string, string> }): LocalChild =>
    startChild(['setpriv', '--pdeathsig', 'KILL', ...argv], options),
} satisfies Room
