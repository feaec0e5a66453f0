import { bpftraceComplaint } from '../bpftrace-complaint.ts'
import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'kprobe-handshake',
    section: '4.3',
    sentence: 'A kprobe can be put on tls.(*Conn).Handshake.',
    command: "bpftrace -e 'kprobe:crypto/tls.(*Conn).Handshake { @ = count(); }'",
    expected: 'it attaches',
    async test(bench) {
      const lack = await bench.lacks('bpftrace')
      if (lack) return untried(lack)
      const { stdout, stderr } = await bench.shell(
        `timeout --signal=INT 5 bpftrace -e 'kprobe:"crypto/tls.(*Conn).Handshake" { @ = count(); } interval:s:1 { exit(); }'`,
      )
      // The clock that ends it is the other probe.
      const probes = Number(/Attaching (\d+) probe/.exec(stdout)?.[1] ?? 0)
      if (probes === 0) return untried(`bpftrace says "${bpftraceComplaint(stderr + stdout)}"`)
      return told(
        probes > 1,
        `bpftrace attaches ${probes - 1} kprobes: they are for functions of the kernel (kallsyms)`,
      )
    },
  },
  {
    id: 'uprobe-handshakes',
    section: '4.3',
    sentence:
      'eBPF counts the failed handshakes of a running Go server by source address, without a change of the server.',
    command:
      'spinlab repro tls-storm --fix consume, its table of handshakes (uprobes at the returns of serverHandshake)',
    expected: 'failures with the addresses that the clients came from',
    async test(bench) {
      const result = await bench.experiment('tls-storm', { fix: ['consume'] })
      const counted = result.handshakes
      if (!counted) return untried('nothing was counted')
      if ('missing' in counted) return untried(counted.missing)
      const sources = new Set(counted.failures.map(({ source }) => source))
      const failed = counted.failures.reduce((sum, { count }) => sum + count, 0)
      const own = [...sources].filter((source) => /^127\.0\.0\.[2-5]$/.test(source))
      return told(
        failed > 0 && own.length === 4,
        `${failed} failures from ${[...sources].sort().join(', ')}, by ${counted.mode}`,
        result.run,
      )
    },
  },
  {
    id: 'handshake-errors',
    section: '4.3',
    sentence: 'The return value tells EOF from a malformed hello.',
    command: 'spinlab repro tls-storm --fix consume, the errors in its table of handshakes',
    expected: 'EOF and errors of parsing, apart',
    async test(bench) {
      const result = await bench.experiment('tls-storm', { fix: ['consume'] })
      const counted = result.handshakes
      if (!counted) return untried('nothing was counted')
      if ('missing' in counted) return untried(counted.missing)
      const errors = [...new Set(counted.failures.map(({ error }) => error))]
      const eof = errors.filter((error) => error === 'EOF')
      return told(
        eof.length > 0 && errors.length > eof.length,
        `${errors.length} kinds of error, among them ${errors
          .slice(0, 3)
          .map((error) => `"${error}"`)
          .join(', ')}: their texts differ, EOF and others share a type`,
        result.run,
      )
    },
  },
]
export default claims
