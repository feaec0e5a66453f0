import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'expvar-accepts',
    section: '3.2',
    sentence: 'expvar has http/server/accepts, the number of accepted connections.',
    command: 'demo http-server: expvar.Get("http/server/accepts")',
    expected: 'a number',
    async test(bench) {
      await using server = await bench.start<{ countsAccepts: boolean }>('http-server')
      return told(
        server.ready.countsAccepts,
        server.ready.countsAccepts ? 'it is there' : 'it is nil: net/http publishes nothing of the kind',
      )
    },
  },
  {
    id: 'ss-state-column',
    section: '3.2',
    sentence: "ss -i -n -t state syn-recv | awk '$1 ~ /SYN-RECV/ && $8 > 5000 …' prints half-open connections.",
    command:
      'spinlab repro half-open-flood --variant syn-recv beside it; ss -n -t state listening as a filter with one state',
    expected: 'the state is in the first column',
    async test(bench) {
      const lack = await bench.lacks('ss')
      if (lack) return untried(lack)
      await using _server = await bench.start('http-server')
      const { stdout } = await bench.shell('ss -i -n -t state listening')
      const rows = stdout.split('\n').filter((line) => line.includes('127.0.0.1'))
      const named = rows.filter((line) => /^LISTEN/.test(line))
      if (rows.length === 0) return untried('ss shows no listener in the sandbox')
      return told(
        named.length > 0,
        `${named.length} of ${rows.length} rows name the state: with a filter for one state ss leaves the column out, so $1 is Recv-Q and $8 is not there`,
      )
    },
  },
  {
    id: 'syn-recv-spin',
    section: '3.2',
    sentence: 'Half-open connections (SYN_RECV) make the server spin.',
    command: 'spinlab repro half-open-flood --variant syn-recv',
    expected: 'the spin is present',
    async test(bench) {
      const result = await bench.experiment('half-open-flood', { variant: 'syn-recv', fix: [] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      return told(fault?.verdict === 'present', `${fault?.verdict} with ${fault?.condition?.text}`, result.run)
    },
  },
  {
    id: 'accept-queue-full',
    section: '3.2',
    sentence: 'A full accept queue costs the service throughput.',
    command: 'spinlab repro half-open-flood --variant accept-overflow',
    expected: 'connections are lost at the listener, sane requests suffer',
    async test(bench) {
      const result = await bench.experiment('half-open-flood', { variant: 'accept-overflow', fix: [] })
      const [baseline, fault] = [result.phases[0], result.phases.find(({ name }) => name === 'fault')]
      if (!baseline || !fault) return untried(result.reasons.join('; '))
      const hurt = fault.sane.failed > 0 || (fault.sane.p99 ?? 0) > 5 * (baseline.sane.p99 ?? Infinity)
      return told(
        hurt,
        `${fault.condition?.text}; ${fault.sane.failed} sane requests failed, p99 ${fault.sane.p99?.toFixed(0)} ms (${baseline.sane.p99?.toFixed(0)} ms before); the spin is ${fault.verdict}`,
        result.run,
      )
    },
  },
  {
    id: 'residue-spin',
    section: '3.1',
    sentence: 'Connections left in FIN_WAIT2 and TIME_WAIT make epoll_wait return again and again.',
    command: 'spinlab repro half-open-flood --variant fin-wait-2; spinlab repro half-open-flood --variant time-wait',
    expected: 'the spin is present in both',
    async test(bench) {
      const seen: string[] = []
      let present = 0
      for (const variant of ['fin-wait-2', 'time-wait']) {
        const result = await bench.experiment('half-open-flood', { variant, fix: [] })
        const fault = result.phases.find(({ name }) => name === 'fault')
        if (fault?.verdict === 'present') present++
        seen.push(`${variant}: ${fault?.verdict} (${fault?.condition?.text})`)
      }
      return { verdict: present === 2 ? 'holds' : present === 1 ? 'depends' : 'refuted', measured: seen.join('; ') }
    },
  },
  {
    id: 'herd',
    section: '3',
    sentence: 'Connections that arrive wake every loop that waits on the listener (the herd).',
    command: 'spinlab repro half-open-flood --fix exclusive',
    expected: 'wake-ups in vain, which EPOLLEXCLUSIVE ends',
    async test(bench) {
      const result = await bench.experiment('half-open-flood', { fix: ['exclusive'] })
      const [fault, fixed] = ['fault', 'fixed'].map((name) => result.phases.find((phase) => phase.name === name))
      return told(
        fault?.verdict === 'present' && fixed?.verdict === 'absent',
        `${fault?.findings[0]?.text ?? fault?.verdict}; with EPOLLEXCLUSIVE ${fixed?.verdict}`,
        result.run,
      )
    },
  },
]
export default claims
