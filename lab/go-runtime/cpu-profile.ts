import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'

/** What a Go program's CPU profile comes to. */
export interface CpuProfile {
  /** cores that it used while it was profiled */
  cores: number
  /** share of the samples that were in a system call */
  calling: number
  /** functions by the share of the samples in them (`flat`) and in what they call (`cum`), the largest `cum` first */
  top: { name: string; flat: number; cum: number }[]
}

const IN_CALL = /^(?:internal\/runtime\/syscall|runtime\/internal\/syscall|syscall)\.(?:[rR]aw)?Syscall/

/** Of the body of /debug/pprof/profile (profile.proto of google/pprof, gzipped); undefined of anything else. */
export function readCpuProfile(body: Uint8Array): CpuProfile | undefined {
  const profile = decode(body)
  const value = profile?.sampleType.findIndex(({ unit }) => profile.stringTable.strings[Number(unit)] === 'nanoseconds')
  if (!profile || value === undefined || value < 0) return undefined
  const names = new Map(profile.function.map(({ id, name }) => [id, profile.stringTable.strings[Number(name)] ?? '']))
  // The first line of a location is the innermost of what was inlined there.
  const frames = new Map(
    profile.location.map(({ id, line }) => [id, line.map(({ functionId }) => names.get(functionId) ?? '')]),
  )
  const flat = new Map<string, number>()
  const cum = new Map<string, number>()
  const add = (to: Map<string, number>, name: string, time: number) => to.set(name, (to.get(name) ?? 0) + time)
  let all = 0
  let calling = 0
  for (const sample of profile.sample) {
    const time = Number(sample.value[value] ?? 0)
    const stack = sample.locationId.flatMap((id) => frames.get(id) ?? [])
    all += time
    if (stack.some((name) => IN_CALL.test(name))) calling += time
    if (stack[0]) add(flat, stack[0], time)
    for (const name of new Set(stack)) add(cum, name, time)
  }
  const share = (time: number) => (all > 0 ? time / all : 0)
  return {
    cores: all / Math.max(Number(profile.durationNanos), 1),
    calling: share(calling),
    top: [...cum]
      .map(([name, time]) => ({ name, flat: share(flat.get(name) ?? 0), cum: share(time) }))
      .toSorted((a, b) => b.cum - a.cum || b.flat - a.flat),
  }
}

function decode(body: Uint8Array): Profile | undefined {
  try {
    return Profile.decode(gunzipSync(body))
  } catch {
    return undefined
  }
}
