import native from '../../runners/native.ts'
import type { Check } from '../check.ts'
import { remedied } from '../remedied.ts'

const namespaces: Check = {
  ability: 'hold an experiment in network, pid and mount namespaces',
  without: 'every experiment with the native runner',
  attempt: () =>
    remedied('run as root', async () => {
      await using _stage = await native.open()
      return process.getuid?.() === 0 ? 'made as root' : 'made in a user namespace'
    }),
}
export default namespaces
