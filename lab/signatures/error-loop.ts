import type { Suspicion } from './finding.ts'
import { loops } from './loops.ts'
import type { Sight } from './sight.ts'

/** Each turn ends in an error, in the end of a stream, or in EAGAIN on a send. */
export const errorLoop = (sight: Sight): Suspicion[] => loops(sight, 'error-loop')
