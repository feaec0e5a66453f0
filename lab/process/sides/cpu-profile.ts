import { readCpuProfile } from '../../go-runtime/cpu-profile.ts'
import { readPprof } from '../pprof.ts'
import type { Side } from '../side.ts'

/** The shortest profile that net/http/pprof takes lasts 1 s; who needs much longer has nothing to add in time (ms). */
const PATIENCE_MS = 1800

const cpuProfile: Side = {
  async look({ pprof }) {
    const profile = readCpuProfile(await readPprof(pprof, 'profile?seconds=1', PATIENCE_MS))
    // That nobody answers is said where it is asked for goroutines.
    return profile ? { profile } : {}
  },
}
export default cpuProfile
