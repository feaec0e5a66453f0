import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'keepalive-reaps',
    section: '3.3',
    sentence: 'SO_KEEPALIVE with a short period, set while the process runs, reaps half-open connections.',
    command: 'spinlab repro half-open-flood --variant dead-peers --fix keepalive',
    expected: 'the connections of peers that have vanished are closed',
    async test(bench) {
      const result = await bench.experiment('half-open-flood', { variant: 'dead-peers', fix: ['keepalive'] })
      const fixed = result.phases.find(({ name }) => name === 'fixed')
      if (!fixed?.effect) return untried(result.reasons.join('; '))
      return told(fixed.effect.holds, `${fixed.effect.text}; ${fixed.seconds.toFixed(1)} s`, result.run)
    },
  },
  {
    id: 'keepalive-needed',
    section: '3.3',
    sentence: 'Without such tuning, a connection whose peer has vanished stays for ever.',
    command: 'spinlab repro half-open-flood --variant dead-peers',
    expected: 'they are there still, and do not spin',
    async test(bench) {
      const result = await bench.experiment('half-open-flood', { variant: 'dead-peers', fix: ['keepalive'] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      if (!fault?.condition) return untried(result.reasons.join('; '))
      return {
        verdict: fault.condition.holds ? 'depends' : 'refuted',
        measured: `${fault.condition.text}; the spin is ${fault.verdict}. A Go server is not without: net.ListenConfig turns keepalive on, first after 15 s`,
        run: result.run,
      }
    },
  },
  {
    id: 'keepalive-time',
    section: '3.3',
    sentence: 'The period of the kernel is in /proc/sys/net/ipv4/tcp_keepalive_time, and is too long to help.',
    command: 'cat /proc/sys/net/ipv4/tcp_keepalive_time',
    expected: 'hours',
    async test(bench) {
      const seconds = Number((await bench.shell('cat /proc/sys/net/ipv4/tcp_keepalive_time')).stdout)
      return told(seconds >= 3600, `${seconds} s`)
    },
  },
]
export default claims
