import type { TestContext } from 'vitest'
import { findCompose, runCompose } from '../../lab/docker/compose-program.ts'
import { findEngine } from '../../lab/docker/engine.ts'
import { OURS } from '../../lab/docker/labels.ts'
import { repository } from '../../lab/places.ts'
import { skip } from '../needs.ts'

/** The engine that the tests run on; test/compose/all.ts has seen to it that there is one. */
export const { docker, host } = await findEngine()

/** Docker 20.10 does not know CAP_BPF. */
export const isOld = (await docker.version()).ApiVersion === '1.41'

/** Skips a test that an engine which others use, too, cannot be burdened with. */
export function needsOwnEngine(context: TestContext): void {
  if (!process.env.SPINLAB_OWN_ENGINE) skip(context, 'the engine is shared with others')
}

/** Runs docker compose on files of compose/. */
export async function dockerCompose(
  files: readonly string[],
  argv: readonly string[],
  env: Record<string, string> = {},
) {
  const named = files.flatMap((file) => ['--file', `${repository}compose/${file}`])
  return runCompose(await findCompose(), [...named, ...argv], { DOCKER_HOST: host, ...env })
}

/** Everything on the engine that a lab has made, images apart: kind, name and labels. */
export async function stacks() {
  const filters = { label: [OURS] }
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ])
  return [
    ...containers.map(({ Names, Labels }) => ({ name: `container ${Names[0]?.slice(1)}`, labels: Labels })),
    ...networks.map(({ Name, Labels }) => ({ name: `network ${Name}`, labels: Labels ?? {} })),
    ...Volumes.map(({ Name, Labels }) => ({ name: `volume ${Name}`, labels: Labels })),
  ]
}
