import { allCollectors, loadCollector } from '../lab/collectors/choose.ts'
import type { Lack, Watch } from '../lab/collectors/collector.ts'
import type { Room } from '../lab/stage/room.ts'

/** One row: a way to observe a process. */
export interface Observation {
  name: string
  lack?: Lack
  /** Absent in the control, which is not observed. */
  watch?: (room: Room, pid: number) => Watch
}

export const CONTROL = 'untraced again (control)'

/** All that there are, the probe once more without its pauses, and the control; tried out here. */
export async function observations(room: Room): Promise<Observation[]> {
  const probe = await loadCollector('probe')
  const ways = (await allCollectors()).flatMap((collector) => {
    const { name, watch } = collector
    const dense = {
      name: `${name}, dense`,
      collector,
      watch: (at: Room, pid: number) => watch(at, pid, { dense: true }),
    }
    return [{ name, collector, watch }, ...(collector === probe ? [dense] : [])]
  })
  const control: Observation = { name: CONTROL }
  const observed: Observation[] = []
  for (const { name, collector, watch } of ways) {
    const lack = await collector.lack(room)
    observed.push({ name, watch, ...(lack && { lack }) })
  }
  return [control, ...observed]
}
