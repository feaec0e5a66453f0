import { epollCallsIn, wakesOf } from '../../go-runtime/execution-trace.ts'
import { type Claim, untried } from '../claim.ts'
import { perSecond, waitsIn } from '../sums.ts'

/** Share of the kernel's waits that a trace must show before they are called shown. Measured: 0 or about a half, as taking it slows each turn. */
const SHOWN = 0.1

const claims: Claim[] = [
  {
    id: 'trace-netpoll-calls',
    section: '1',
    sentence: 'In a false spin go tool trace shows many system calls of the network poller, densely.',
    command:
      'spinlab repro deadline-listener --fix sound-deadline; spinlab repro half-close --fix read-eof; an execution trace of each fault',
    expected: 'the waits that the kernel counts are in the trace, in both',
    async test(bench) {
      const seen: { shown: boolean; text: string }[] = []
      for (const [name, fix] of [
        ['deadline-listener', 'sound-deadline'],
        ['half-close', 'read-eof'],
      ] as const) {
        const { windows, trace } = await bench.evidence(await bench.experiment(name, { fix: [fix] }), 'fault')
        if (!trace || 'missing' in trace) return untried(`${name}: ${trace?.missing ?? 'no execution trace was taken'}`)
        const { perSecond: waits } = waitsIn(windows)
        const { network, timers } = wakesOf(trace)
        const woken = `${perSecond(network + timers)} goroutines woken by none, ${perSecond(trace.procStarts / trace.seconds)} processor starts`
        seen.push({
          shown: epollCallsIn(trace) > SHOWN * waits,
          text: `${name}: ${perSecond(waits)} waits in the kernel, ${perSecond(epollCallsIn(trace))} in the trace, which has ${woken}`,
        })
      }
      const shown = seen.filter((one) => one.shown).length
      return {
        verdict: shown === seen.length ? 'holds' : shown ? 'depends' : 'refuted',
        measured: `${seen.map(({ text }) => text).join('; ')}: netpoll of runtime/netpoll_epoll.go emits no event, a reactor's own epoll_wait is a system call of its goroutine`,
      }
    },
  },
]
export default claims
