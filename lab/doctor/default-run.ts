import type { CheckResult } from './check.ts'

/** Checks of which one at least must work: each sees system calls. */
const OBSERVERS = ['bpf', 'bpftrace', 'perf', 'strace']

/** Why the default run cannot work here, one line each; empty when it can. */
export function obstacles(results: readonly CheckResult[]): string[] {
  const works = (name: string) => results.some((result) => result.name === name && result.works)
  const needed = ['node', 'namespaces'].filter((name) => !works(name))
  const lines = results
    .filter((result) => needed.includes(result.name))
    .map(({ ability, found }) => `it cannot ${ability}: ${found}`)
  if (!OBSERVERS.some(works))
    lines.push(`no observer of system calls works, and one of ${OBSERVERS.join(', ')} is needed`)
  return lines
}
