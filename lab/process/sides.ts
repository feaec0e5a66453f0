import { readdir, readFile } from 'node:fs/promises'
import type { Sides } from '../diagnosis/cross-check.ts'
import { readCpuProfile } from '../go-runtime/cpu-profile.ts'
import { readStatus } from './status.ts'

/** The shortest profile that net/http/pprof takes lasts 1 s; who needs much longer has nothing to add in time (ms). */
const PATIENCE_MS = 1800

/** Looks at a process from three sides; `pprof` is the base address of a Go program's net/http/pprof. */
export async function sidesOf(pid: number, pprof: string): Promise<Sides> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'latin1').catch(() => '')
  const [profile, status, limits, fds] = await Promise.all([
    profileOf(pprof),
    read('status').then(readStatus),
    read('limits'),
    readdir(`/proc/${pid}/fd`).catch(() => undefined),
  ])
  const limit = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return {
    ...(profile && { profile }),
    ...(status && { status }),
    ...(fds && limit && { descriptors: { open: fds.length, limit: Number(limit) } }),
  }
}

async function profileOf(base: string) {
  const url = `${base.replace(/\/$/, '')}/profile?seconds=1`
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    return readCpuProfile(new Uint8Array(await answer.arrayBuffer()))
  } catch {
    // That it does not answer is said where it is asked for goroutines.
    return undefined
  }
}
