import type { CpuProfile } from '../go-runtime/cpu-profile.ts'
import type { Status } from '../process/status.ts'

/** What is known of a process from three sides; a side that could not be seen is absent. */
export interface Sides {
  profile?: CpuProfile
  status?: Status
  descriptors?: { open: number; limit: number }
}

/** Cores from which on a profile is worth a word. */
const BURNS = 0.1
const MOST = 0.5
const HARDLY = 0.05
/** Share of the limit from which on descriptors are short. */
const SHORT = 0.9

/** Pure: the CPU profile beside the descriptor table and the state of the process, a line each, and what they mean together. */
export function crossCheck(sides: Sides): string[] {
  return [...cpu(sides), ...table(sides), ...state(sides), ...together(sides)]
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

function together({ profile, descriptors }: Sides): string[] {
  if (!profile || profile.cores < BURNS) return []
  const full = descriptors && descriptors.open >= SHORT * descriptors.limit
  if (profile.calling >= MOST && full)
    return ['system calls burn the CPU and descriptors are short: look for calls that fail with EMFILE']
  if (profile.calling >= MOST)
    return ['system calls burn the CPU and descriptors are not short: look which call it is, and on which descriptor']
  if (profile.calling <= HARDLY) return ['the CPU burns in user space: descriptors and threads will not tell why']
  return []
}

const percent = (share: number) => `${Math.round(100 * share)} %`
