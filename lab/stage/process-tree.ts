import { readdirSync, readFileSync } from 'node:fs'

/**
 * Host pids of the direct children of a process. Where the kernel was built without /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN), or a
 * thread has just ended, every process of the machine is asked for its parent, which takes milliseconds.
 */
export function childrenOf(parent: number): number[] {
  const tasks = `/proc/${parent}/task`
  try {
    return readdirSync(tasks).flatMap((tid) => childrenOfThread(`${tasks}/${tid}/children`))
  } catch {
    return families().get(parent) ?? []
  }
}

const childrenOfThread = (file: string) => readFileSync(file, 'latin1').split(' ').filter(Boolean).map(Number)

/** A process and all that descend from it, itself first. */
export function descendants(root: number): number[] {
  const children = families()
  const tree = (pid: number): number[] => [pid, ...(children.get(pid) ?? []).flatMap(tree)]
  return tree(root)
}

/** Every process of this machine, by its parent. */
const families = () =>
  Map.groupBy(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    parentOf,
  )

function parentOf(pid: number): number | undefined {
  try {
    // "pid (comm) state ppid …": comm may hold spaces and parentheses, so count from the last one (proc_pid_stat(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}
