// "goroutine 173 [chan receive, 2 minutes]:", "goroutine 1 [syscall, locked to thread]:" (printgoroutineheader in runtime/traceback.go)
const HEADER = /^goroutine \d+ [^[]*\[([^\],]+)/gm

/** How many goroutines are in each state, from the text of /debug/pprof/goroutine?debug=2; for how long is left out. */
export function readGoroutineStates(text: string): Record<string, number> {
  const states: Record<string, number> = {}
  for (const [, header = ''] of text.matchAll(HEADER)) {
    // "(scan)" and "(leaked)" are about the collector.
    const state = header.replace(/ \(.*\)$/, '')
    states[state] = (states[state] ?? 0) + 1
  }
  return states
}
