import native from '../../runners/native.ts'
import type { Check } from '../check.ts'

const namespaces: Check = {
  ability: 'hold an experiment in network, pid and mount namespaces',
  without: 'every experiment with the native runner',
  async attempt() {
    try {
      await using _stage = await native.open()
      return { works: true, found: process.getuid?.() === 0 ? 'made as root' : 'made in a user namespace' }
    } catch (error) {
      // The runner words both: what failed, and behind a semicolon what to do.
      const [found = '', ...remedy] = (error instanceof Error ? error.message : String(error)).split('; ')
      return { works: false, found, remedy: remedy.join('; ') || 'run as root' }
    }
  },
}
export default namespaces
