import type Docker from 'dockerode'
import { findCompose } from '../docker/compose-program.ts'
import { ContainerRoom } from '../docker/container-room.ts'
import { findEngine } from '../docker/engine.ts'
import { inImage } from '../docker/in-image.ts'
import { isLeftBehind } from '../docker/labels.ts'
import { removeStacks } from '../docker/remove.ts'
import { runLike } from '../docker/run-container.ts'
import { unsupported } from '../errors.ts'
import type { Room } from '../stage/room.ts'
import type { Runner, Stage, TargetProgram } from '../stage/stage.ts'
import { startTarget } from '../stage/target.ts'
import { Stack } from './compose/stack.ts'

/** Where the volume that all containers share is mounted (compose/compose.yaml). */
const SCRATCH = '/scratch'

/**
 * The stack of compose/compose.yaml on a Docker engine. The death of the lab ends the orders to each room, which then ends its container, and with
 * the tracer's all that lives in its pid namespace; what is left of the containers goes at the next start.
 */
const compose: Runner = { name: 'compose', open }
export default compose

async function open(other?: TargetProgram): Promise<Stage> {
  if (other)
    throw unsupported(`the compose runner starts the target of its image, not ${other.binary}; use --runner native`)
  const engine = await findEngine()
  const { docker } = engine
  const program = await findCompose()
  await removeStacks(docker, isLeftBehind)
  await using resources = new AsyncDisposableStack()
  const stack = resources.use(await Stack.for(engine, program))
  await stack.build()
  await stack.create()
  const template = await (await stack.container('target')).inspect()
  const tracer = await started(await stack.container('tracer'))
  const clients = await started(await stack.container('clients'))
  const rooms = {
    tracer: resources.use(await ContainerRoom.open(docker, tracer)),
    clients: resources.use(await ContainerRoom.open(docker, clients)),
  }
  let targets = 0
  const targetRoom: Room = {
    run(argv) {
      return runLike(docker, template, stack.name(`server-${++targets}`), argv.map(inImage))
    },
  }
  const { HostConfig } = await tracer.inspect()
  const owned = resources.move()
  return {
    words: `compose on engine ${engine.version}, tracer with ${HostConfig.CapAdd?.join(', ')}`,
    ...rooms,
    scratch: SCRATCH,
    put: (name, content) => rooms.tracer.put(`${SCRATCH}/${name}`, content),
    start: (spec) => startTarget(targetRoom, spec, { scratch: SCRATCH, dial: (path) => rooms.tracer.dial(path) }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function started(container: Docker.Container): Promise<Docker.Container> {
  await container.start().catch((error: Error) => {
    throw unsupported(`the Docker engine does not start a container of the stack: ${error.message}`)
  })
  return container
}
