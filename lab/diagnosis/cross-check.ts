import type { CpuProfile } from '../go-runtime/cpu-profile.ts'
import type { ExecutionTrace } from '../go-runtime/execution-trace.ts'
import type { Status } from '../process/status.ts'
import type { OpenFiles } from '../windows/lsof.ts'
import type { Connection } from '../windows/ss.ts'
import { ofConnections, ofFiles, ofTrace, percent } from './side-words.ts'

/** What is known of a process from several sides; a side that could not be seen is absent. */
export interface Sides {
  profile?: CpuProfile
  trace?: ExecutionTrace
  status?: Status
  descriptors?: { open: number; limit: number }
  connections?: Connection[]
  files?: OpenFiles
}

/** Cores from which on a profile is worth a word. */
const BURNS = 0.1
const MOST = 0.5
const HARDLY = 0.05
/** Share of the limit from which on descriptors are short. */
const SHORT = 0.9

/** Pure: the CPU profile beside the descriptors, the connections and the state of the process, a line each, and what they mean together. */
export function crossCheck(sides: Sides): string[] {
  const { trace, connections, files } = sides
  return [
    ...cpu(sides),
    ...(trace ? ofTrace(trace) : []),
    ...table(sides),
    ...(files ? [ofFiles(files)] : []),
    ...(connections ? [ofConnections(connections)] : []),
    ...state(sides),
    ...together(sides),
  ]
}

function cpu({ profile }: Sides): string[] {
  if (!profile) return []
  const used = `CPU profile: ${profile.cores.toFixed(2)} cores`
  if (profile.cores < BURNS) return [used]
  const own = profile.top.find(({ name }) => !PLUMBING.test(name))
  const where = own ? `, ${percent(own.cum)} under ${own.name}` : ''
  return [`${used}, ${percent(profile.calling)} in system calls${where}`]
}

/** Of the runtime and of what wraps a call. */
const PLUMBING = /^(?:runtime|syscall|sync|time|internal\/\S+|golang\.org\/x\/sys\/\S+)\./

function table({ descriptors, status }: Sides): string[] {
  if (!descriptors) return []
  const { open, limit } = descriptors
  // A table that has grown never shrinks (expand_fdtable, fs/file.c).
  const capacity = status ? `; FDSize ${status.fdSize} is what the table has room for, not how many there are` : ''
  return [`/proc/PID/fd: ${open} of ${limit} descriptors (${percent(open / Math.max(limit, 1))})${capacity}`]
}

function state({ status }: Sides): string[] {
  if (!status) return []
  const stuck = status.state === 'D' ? ': it waits for a device, and for as long no signal ends it' : ''
  return [`/proc/PID/status: state ${status.state}${stuck}, ${status.threads} threads`]
}

function together({ profile, descriptors, connections = [], files }: Sides): string[] {
  if (!profile || profile.cores < BURNS) return []
  if (profile.calling <= HARDLY) return ['the CPU burns in user space: descriptors and threads will not tell why']
  if (profile.calling < MOST) return []
  if (descriptors && descriptors.open >= SHORT * descriptors.limit)
    return ['system calls burn the CPU and descriptors are short: look for calls that fail with EMFILE']
  const left = connections.filter(({ state }) => state === 'CLOSE-WAIT').map(({ fd }) => fd)
  const finished = [...left, ...(files?.unlisted ?? [])]
  if (finished.length)
    return [
      `system calls burn the CPU, descriptors are not short, and the peers of ${finished.length} descriptors have ended (${fewOf(finished)}): look whether the calls are about those`,
    ]
  return ['system calls burn the CPU and descriptors are not short: look which call it is, and on which descriptor']
}

const fewOf = (fds: readonly number[]) => `fd ${fds.slice(0, 3).join(', ')}${fds.length > 3 ? ' …' : ''}`
