import { readFile } from 'node:fs/promises'
import type { GoMoment } from '../diagnosis/decision-tree.ts'
import { readScheduler } from '../go-runtime/schedtrace.ts'
import { lookAtGo } from '../go-runtime/snapshot.ts'
import { blockedThreads } from './blocked.ts'
import type { GoSources } from './go-program.ts'
import { readPprof } from './pprof.ts'

/** A server that answers late has nothing to add. */
const PATIENCE_MS = 500

/** What is known of a Go program now. Where pprof is given, it collects its garbage for this. */
export async function goMoment(pid: number, { pprof, schedtrace }: GoSources): Promise<GoMoment> {
  // That it cannot be read is said where its last line is asked for.
  const trace = schedtrace ? await readFile(schedtrace, 'utf8').catch(() => '') : ''
  const [snapshot, blocked] = await Promise.all([
    pprof ? lookAtGo(async (path) => `${Buffer.from(await readPprof(pprof, path, PATIENCE_MS))}`, trace) : undefined,
    blockedThreads(pid),
  ])
  const scheduler = readScheduler(trace)
  return { ...(snapshot && { snapshot }), ...(scheduler && { scheduler }), ...(blocked && { blocked }) }
}
