import { busiestWait, epollCallsIn, total, wakesOf } from '../go-runtime/execution-trace.ts'
import { short } from '../signatures/words.ts'
import type { Evidence } from './assess.ts'
import { phaseTitle } from './phases.ts'
import { rates } from './rates.ts'
import type { Exhibit } from './scenario.ts'

/** What an execution trace right after a phase shows of a spin, beside what the kernel counted in it. */
export const traceTable = (phases: readonly Evidence[]): Exhibit => ({
  title: 'What an execution trace (go tool trace) shows of it, a second; the waits of the netpoller itself are in none',
  head: [
    'phase',
    'waits in the kernel',
    'in the trace',
    'woken by poller or deadline',
    'by timers',
    'by goroutines',
    'processor starts',
    'most wait in',
  ],
  rows: phases.flatMap(({ phase, windows, trace }) => {
    if (!trace) return []
    if ('missing' in trace) return [[phaseTitle(phase), `not traced: ${trace.missing}`]]
    const { network, timers } = wakesOf(trace)
    const most = busiestWait(trace)
    const per = (n: number) => short(Math.round(n))
    const { wakeups } = rates(windows)
    return [
      [
        phaseTitle(phase),
        wakeups === null ? '-' : per(wakeups),
        per(epollCallsIn(trace)),
        per(network),
        per(timers),
        per(total(trace.wokenByGoroutines) / trace.seconds),
        per(trace.procStarts / trace.seconds),
        most ? `${most.at} (${most.reason})` : '-',
      ],
    ]
  }),
})
