import { findEngine } from '../../docker/engine.ts'
import { isLeftBehind } from '../../docker/labels.ts'
import { removeImages, removeStacks } from '../../docker/remove.ts'
import { EXIT, SpinlabError } from '../../errors.ts'
import type { Sweep } from '../sweep.ts'

const docker: Sweep = {
  async sweep({ images, force }) {
    const engine = await findEngine().catch((error: Error) => {
      // Without an engine there is nothing on it, unless one was named.
      if (error instanceof SpinlabError && error.exitCode === EXIT.unsupported && !process.env.DOCKER_HOST && !images)
        return undefined
      throw error
    })
    if (!engine) return []
    const stacks = await removeStacks(engine.docker, force ? () => true : isLeftBehind)
    return images ? [...stacks, ...(await removeImages(engine.docker))] : stacks
  },
}
export default docker
