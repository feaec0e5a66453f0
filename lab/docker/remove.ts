import type Docker from 'dockerode'
import { OURS } from './labels.ts'

type Labels = Readonly<Record<string, string>> | undefined

/** Removes the containers, networks and volumes of a lab whose labels are `chosen`. Returns what was removed, in words. */
export async function removeStacks(docker: Docker, chosen: (labels: Labels) => boolean): Promise<string[]> {
  const filters = { label: [OURS] }
  const containers = (await docker.listContainers({ all: true, filters })).filter((one) => chosen(one.Labels))
  const removed = await Promise.all(
    containers.map((one) =>
      remove(`container ${one.Names[0]?.slice(1)}`, () => docker.getContainer(one.Id).remove({ force: true, v: true })),
    ),
  )
  // Only once nothing uses them.
  const networks = (await docker.listNetworks({ filters })).filter((one) => chosen(one.Labels))
  const volumes = (await docker.listVolumes({ filters })).Volumes.filter((one) => chosen(one.Labels))
  const rest = await Promise.all([
    ...networks.map((one) => remove(`network ${one.Name}`, () => docker.getNetwork(one.Id).remove())),
    ...volumes.map((one) => remove(`volume ${one.Name}`, () => docker.getVolume(one.Name).remove({ force: true }))),
  ])
  return [...removed, ...rest].flat()
}

/** Removes the images that the lab built and that no container uses. */
export async function removeImages(docker: Docker): Promise<string[]> {
  const images = await docker.listImages({ all: true, filters: { label: [OURS] } })
  const removed: string[] = []
  // One after the other: some are made of others.
  for (const { Id, RepoTags } of images)
    removed.push(
      ...(await remove(`image ${RepoTags?.[0] ?? Id}`, () => docker.getImage(Id).remove({ force: Boolean(RepoTags) }))),
    )
  return removed
}

/** Another lab may remove the same at the same moment (404, 409 "in progress"), or use it (409). */
async function remove(what: string, act: () => Promise<unknown>): Promise<string[]> {
  try {
    await act()
    return [what]
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && [404, 409].includes(Number(error.statusCode))) return []
    throw error
  }
}
