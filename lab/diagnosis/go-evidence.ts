/** What `/debug/pprof/goroutine?debug=1` of a Go program says: how many goroutines, and what most of them do. */
export function readGoroutines(text: string): string[] {
  const total = /^goroutine profile: total (\d+)/m.exec(text)?.[1]
  if (!total) return []
  const groups = [...text.matchAll(/^(\d+) @ .*\n((?:#.*\n?)*)/gm)]
    .map(([, count, frames]) => ({ count: Number(count), at: /^#\s+\S+\s+(\S+?)\+0x\S*\s+(\S+)/m.exec(frames ?? '') }))
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 3)
  return [
    `goroutines: ${total}`,
    ...groups.flatMap(({ count, at }) => (at ? [`${count} goroutines are at ${at[1]} ${at[2]}`] : [])),
  ]
}

/** The last line that GODEBUG=schedtrace printed, e.g. `SCHED 1004ms: gomaxprocs=2 idleprocs=0 threads=6 spinningthreads=0 …`. */
export function readSchedtrace(text: string): string[] {
  const last = text.split('\n').findLast((line) => line.startsWith('SCHED '))
  return last ? [`schedtrace: ${last.trim()}`] : []
}
