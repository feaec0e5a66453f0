import { rates } from '../../experiment/rates.ts'
import { type Claim, told, untried } from '../claim.ts'
import { perSecond, waitsIn } from '../sums.ts'

/** Seconds of the article's script are tenths of one here: what counts is that connections come and go. */
const PACE = 0.2

const claims: Claim[] = [
  {
    id: 'jitter-script',
    section: '2.4',
    sentence: 'The nc loop, which connects every 2 s for 10 s, makes the poller of a Go service spin.',
    command: 'the loop as printed, against a demo http-server on loopback and ten times as fast, watched by the probe',
    expected: 'a storm of empty waits',
    async test(bench) {
      const lack = await bench.lacks('nc')
      if (lack) return untried(lack)
      await using server = await bench.start<{ listen: string }>('http-server')
      const [address = '', port = ''] = server.ready.listen.split(':')
      // Nothing in the sandbox has the address that is printed.
      const script = (await bench.printed('2.4-jitter.sh'))
        .replace('192.168.1.100 8080', `${address} ${port}`)
        .replace('sleep 2', `sleep ${PACE}`)
      const [said, windows] = await Promise.all([bench.shell(script), bench.windows(server.pid, 5 * PACE)])
      const connected = said.stdout.split('\n').filter((line) => line.includes('connected')).length
      if (connected === 0) return untried(`nc connected never: ${said.stderr.trim().split('\n')[0]}`)
      const { perSecond: rate } = waitsIn(windows)
      return told(
        rate > 1000,
        `${connected} of 5 connected, ${perSecond(rate)} waits, ${(rates(windows).cores ?? 0).toFixed(2)} cores`,
      )
    },
  },
  {
    id: 'jitter-stock',
    section: '2.4',
    sentence: 'Connections that come and go make the netpoller of any Go service poll without sleeping.',
    command: 'spinlab repro edge-jitter --variant stock',
    expected: 'stock Go spins under the same jitter',
    async test(bench) {
      const result = await bench.experiment('edge-jitter', { variant: 'stock', fix: [] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      if (!fault) return untried(result.reasons.join('; '))
      return told(
        fault.verdict === 'present',
        `${fault.verdict} in a stock server, ${fault.rates.cores?.toFixed(2)} cores, ${fault.condition?.text}`,
        result.run,
      )
    },
  },
  {
    id: 'jitter-table',
    section: '2.4',
    sentence:
      'Under jitter a wait takes 12 us in the mean instead of 980, brings nothing instead of 3 to 5 ready descriptors, and the CPU climbs from 1.2 to 18.7 %.',
    command: 'spinlab repro edge-jitter --fix stop-on-close: its table of steady edges against jitter',
    expected: 'shorter waits, fewer ready descriptors, more CPU',
    async test(bench) {
      const result = await bench.experiment('edge-jitter', { fix: ['stop-on-close'] })
      if (!result.exhibit) return untried(result.reasons.join('; '))
      const { phases } = result
      const [baseline, fault] = [phases[0], phases.find(({ name }) => name === 'fault')]
      const more = (fault?.rates.cores ?? 0) > (baseline?.rates.cores ?? Infinity)
      const rows = result.exhibit.rows.map((row) => row.join(' '))
      return {
        verdict: fault?.verdict === 'present' && more ? 'depends' : 'refuted',
        measured: `${result.exhibit.head.join(' | ')}: ${rows.join('; ')}. So it is where timers outlive their connections, and not in a stock server (jitter-stock)`,
        run: result.run,
      }
    },
  },
]
export default claims
