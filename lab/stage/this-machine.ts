import { startChild } from './child.ts'
import type { Room } from './room.ts'

/** This machine as it is, for what must see it from outside any sandbox. What runs here dies with the lab (PR_SET_PDEATHSIG). */
export const thisMachine: Room = {
  run: (argv, options) => startChild(['setpriv', '--pdeathsig', 'KILL', ...argv], options),
}
