import { findEngine } from '../../docker/engine.ts'
import type { Check } from '../check.ts'
import { remedied } from '../remedied.ts'

const docker: Check = {
  ability: 'reach a Docker engine',
  without: 'the Compose runner (--runner compose)',
  attempt: () =>
    remedied('start a newer Docker engine', async () => {
      const { version, host } = await findEngine()
      return `${version} at ${host}`
    }),
}
export default docker
