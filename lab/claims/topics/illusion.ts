import { goroutinesOf } from '../../go-runtime/snapshot.ts'
import type { Bench } from '../bench.ts'
import { type Claim, told, untried } from '../claim.ts'

/** Fields of a SCHED line that the article names, and what they would be of. */
const NAMED = ['gidle', 'goidle', 'gwaiting', 'grunnable']

const claims: Claim[] = [
  {
    id: 'schedtrace-rate',
    section: '2.3',
    sentence: 'GODEBUG=schedtrace=1000 prints the state of the scheduler once a second.',
    command: 'GODEBUG=schedtrace=1000 demo http-server',
    expected: 'a SCHED line each 1000 ms',
    async test(bench) {
      const lines = await schedLines(bench, 2.5)
      const times = lines.map((line) => Number(/^SCHED (\d+)ms/.exec(line)?.[1]))
      const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0))
      if (gaps.length === 0) return untried(`${lines.length} SCHED lines in 2.5 s`)
      return told(
        gaps.every((gap) => gap > 900 && gap < 1500),
        `gaps of ${gaps.join(', ')} ms`,
      )
    },
  },
  {
    id: 'schedtrace-fields',
    section: '2.3',
    sentence: 'A SCHED line has the fields goidle, gwaiting and grunnable.',
    command: 'GODEBUG=schedtrace=1000 demo http-server',
    expected: 'all three names in the line',
    async test(bench) {
      const [line] = await schedLines(bench, 1.5)
      if (!line) return untried('no SCHED line')
      const found = NAMED.filter((name) => line.includes(name))
      const fields = [...line.matchAll(/([a-z]+)=/g)].map(([, name]) => name)
      return told(found.length >= 3, `${found.length} of them; the line has ${fields.join(', ')}`)
    },
  },
  {
    id: 'leak-heap-flat',
    section: '2.3',
    sentence: 'While receivers of channels leak, HeapInuse stays flat.',
    command: 'spinlab repro blocked-illusion --fix leak-patch: memory of the fault',
    expected: 'goroutines grow and HeapInuse does not',
    async test(bench) {
      const { before, now, run } = await goOf(bench)
      if (!before || !now) return untried('the Go runtime was not asked')
      const goroutines = goroutinesOf(now) - goroutinesOf(before)
      const kib = (name: 'heapInuse' | 'stackInuse') => (now.memory[name] - before.memory[name]) / 1024
      return told(
        goroutines >= 20 && kib('heapInuse') / goroutines < 0.5,
        `${goroutines} goroutines more, HeapInuse ${kib('heapInuse').toFixed(0)} KiB more, stacks ${kib('stackInuse').toFixed(0)} KiB more`,
        run,
      )
    },
  },
  {
    id: 'leak-exponential',
    section: '2.3',
    sentence: 'In the illusion the goroutines grow exponentially.',
    command: 'spinlab repro blocked-illusion --fix leak-patch: goroutines over the time of the fault',
    expected: 'the second half of the time brings far more than the first',
    async test(bench) {
      const result = await bench.experiment('blocked-illusion', { fix: ['leak-patch'] })
      const { facts } = await bench.evidence(result, 'fault')
      const at = (share: number) => facts[Math.floor(share * (facts.length - 1))]?.target.goroutines ?? 0
      const [first, second] = [at(0.5) - at(0), at(1) - at(0.5)]
      if (first <= 0) return untried(`${first} goroutines came in the first half`)
      return told(
        second > 2 * first,
        `${first} goroutines in the first half of the fault, ${second} in the second: as many as the requests that leak them`,
        result.run,
      )
    },
  },
  {
    id: 'leak-state',
    section: '2.3',
    sentence: 'Leaked receivers stand in the goroutine profile as "chan receive".',
    command: 'spinlab repro blocked-illusion --fix leak-patch: goroutines by state',
    expected: 'most of the goroutines that came wait in a receive',
    async test(bench) {
      const { before, now, run } = await goOf(bench)
      if (!before || !now) return untried('the Go runtime was not asked')
      const came = goroutinesOf(now) - goroutinesOf(before)
      const receiving = (now.states['chan receive'] ?? 0) - (before.states['chan receive'] ?? 0)
      return told(receiving > came / 2, `${receiving} of the ${came} that came are in "chan receive"`, run)
    },
  },
  {
    id: 'blocked-state',
    section: '2.3',
    sentence: 'Goroutines that are really blocked stand in the profile as "syscall".',
    command: 'spinlab repro blocked-illusion --variant system-calls: goroutines by state',
    expected: 'most of the goroutines that came are in a system call',
    async test(bench) {
      const { before, now, run } = await goOf(bench, 'system-calls')
      if (!before || !now) return untried('the Go runtime was not asked')
      const came = goroutinesOf(now) - goroutinesOf(before)
      const calling = (now.states.syscall ?? 0) - (before.states.syscall ?? 0)
      return told(calling > came / 2, `${calling} of the ${came} that came are in "syscall"`, run)
    },
  },
]
export default claims

async function schedLines(bench: Bench, seconds: number): Promise<string[]> {
  const { stderr } = await bench.shell(`GODEBUG=schedtrace=1000 ${bench.demo} http-server < <(sleep ${seconds})`)
  return stderr.split('\n').filter((line) => line.startsWith('SCHED '))
}

/** What the Go runtime said at the first and at the last moment of the fault. */
async function goOf(bench: Bench, variant?: string) {
  const result = await bench.experiment('blocked-illusion', variant ? { variant, fix: [] } : { fix: ['leak-patch'] })
  const asked = (await bench.evidence(result, 'fault')).facts.flatMap(({ go }) => go ?? [])
  return { before: asked[0], now: asked.at(-1), run: result.run }
}
