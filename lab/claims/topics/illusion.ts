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
      const { growth, run } = await growthOf(bench)
      if (!growth) return untried('the target told nothing of its memory')
      const { goroutines, heapKiB, stackKiB } = growth
      return told(
        goroutines > 50 && heapKiB / goroutines < 0.5,
        `${goroutines} goroutines more, HeapInuse ${heapKiB.toFixed(0)} KiB more, stacks ${stackKiB.toFixed(0)} KiB more`,
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
    command: 'spinlab repro blocked-illusion --fix leak-patch: the illusion that the decision tree names',
    expected: 'most goroutines wait in a receive',
    async test(bench) {
      const result = await bench.experiment('blocked-illusion', { fix: ['leak-patch'] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      const words = fault?.condition?.text ?? fault?.reasons.join('; ') ?? 'nothing was seen'
      return told(/chan receive/.test(words), words, result.run)
    },
  },
]
export default claims

async function schedLines(bench: Parameters<Claim['test']>[0], seconds: number): Promise<string[]> {
  const { stderr } = await bench.shell(`GODEBUG=schedtrace=1000 ${bench.demo} http-server < <(sleep ${seconds})`)
  return stderr.split('\n').filter((line) => line.startsWith('SCHED '))
}

/** From the first to the last moment of the fault. */
async function growthOf(bench: Parameters<Claim['test']>[0]) {
  const result = await bench.experiment('blocked-illusion', { fix: ['leak-patch'] })
  const { facts } = await bench.evidence(result, 'fault')
  const memory = (name: string) => (facts.at(-1)?.target.gauges[name] ?? NaN) - (facts[0]?.target.gauges[name] ?? NaN)
  const growth = {
    goroutines: (facts.at(-1)?.target.goroutines ?? 0) - (facts[0]?.target.goroutines ?? 0),
    heapKiB: memory('heap_inuse') / 1024,
    stackKiB: memory('stack_inuse') / 1024,
  }
  return { growth: Number.isFinite(growth.heapKiB) ? growth : undefined, run: result.run }
}
