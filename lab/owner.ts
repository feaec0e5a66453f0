import { readFileSync, readlinkSync } from 'node:fs'

/** Which process owns a thing that outlives processes. Its pid alone is given again to another, so its start belongs to it. */
export interface Owner {
  pid: string
  /** clock ticks since boot */
  started: string
  /** this boot of this machine, and the pid namespace that the pid belongs to */
  boot: string
}

/** This process. */
export function thisProcess(): Owner {
  const pid = `${process.pid}`
  return { pid, started: startOf(pid) ?? '', boot: thisBoot() }
}

/** True when it has ended for sure: it lived in this boot of this machine, and lives no more. Of another machine nothing can be said. */
export function hasEnded({ pid, started, boot }: Owner): boolean {
  return boot === thisBoot() && startOf(pid) !== started
}

function thisBoot(): string {
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${readlinkSync('/proc/self/ns/pid')}`
}

/** Field 22 of proc_pid_stat(5), counted from the last parenthesis: comm may hold spaces and parentheses. Undefined when it is gone. */
function startOf(pid: string): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}
