import { rates } from '../../experiment/rates.ts'
import { bpftraceComplaint } from '../bpftrace-complaint.ts'
import { type Claim, told, untried } from '../claim.ts'
import { perSecond, waitsIn } from '../sums.ts'

const claims: Claim[] = [
  {
    id: 'perf-epoll-wait',
    section: '2.2',
    sentence: "perf record -e 'syscalls:sys_enter_epoll_wait' captures the waits of the target.",
    command: 'perf stat -e syscalls:sys_enter_epoll_wait -e syscalls:sys_enter_epoll_pwait -p PID -- sleep 0.5',
    expected: 'events of sys_enter_epoll_wait',
    async test(bench) {
      const lack = await bench.lacks('perf')
      if (lack) return untried(lack)
      await using server = await bench.start<{ listen: string }>('http-server')
      await using _load = await bench.start('http-load', server.ready.listen, 1)
      const { stderr } = await bench.shell(
        `perf stat -x, -e syscalls:sys_enter_epoll_wait -e syscalls:sys_enter_epoll_pwait -p ${server.pid} -- sleep 0.5`,
      )
      const count = (event: string) => Number(new RegExp(`^(\\d+),,syscalls:${event},`, 'm').exec(stderr)?.[1] ?? 0)
      const [wait, pwait] = [count('sys_enter_epoll_wait'), count('sys_enter_epoll_pwait')]
      if (wait + pwait === 0) return untried(`perf counted nothing: ${stderr.trim().split('\n')[0]}`)
      return told(wait > 0, `${wait} of epoll_wait, ${pwait} of epoll_pwait: Go's poller calls the second`)
    },
  },
  {
    id: 'bpftrace-kprobe',
    section: '2.2',
    sentence: 'bpftrace on kprobe:sys_epoll_wait prints the timeout.',
    command: "bpftrace -e 'kprobe:sys_epoll_wait { … ((int*)arg2)[0] … }'",
    expected: 'lines with a timeout',
    async test(bench) {
      const lack = await bench.lacks('bpftrace')
      if (lack) return untried(lack)
      await using _waiter = await bench.start('poll', 10)
      const program = (await bench.printed('2.2-timeout.bt')).trim()
      const { stdout, stderr } = await bench.shell(`timeout --signal=INT 3 bpftrace -e '${program}'`)
      const lines = stdout.split('\n').filter((line) => /timeout=/.test(line)).length
      const words = bpftraceComplaint(stderr + stdout)
      return told(lines > 0, lines ? `${lines} lines` : `no line; bpftrace says "${words}"`)
    },
  },
  {
    id: 'timeout-argument',
    section: '2.2',
    sentence: 'The timeout of epoll_wait is its third argument (arg2), behind a pointer.',
    command: 'strace -f -e trace=epoll_wait -p PID of a program that waits 10 ms each time',
    expected: 'the third argument is a pointer to 10',
    async test(bench) {
      const lack = await bench.lacks('strace')
      if (lack) return untried(lack)
      await using waiter = await bench.start('poll', 10)
      const { stderr } = await bench.shell(
        `timeout --signal=INT 1 strace -f -e raw=none -e trace=epoll_wait -p ${waiter.pid}`,
      )
      const call = /epoll_wait\((\d+), (\[.*?\]), (\d+), (-?\d+)\)/.exec(stderr)
      if (!call) return untried('strace printed no whole call of epoll_wait')
      return told(
        call[3] === '10',
        `${call[0]}: the third argument is the room for events (${call[3]}), the fourth the timeout itself (${call[4]} ms), by value`,
      )
    },
  },
  {
    id: 'timeout-zero',
    section: '2.2',
    sentence: 'A loop of waits with timeout 0 takes 100 % of a core.',
    command: 'demo poll 0',
    expected: 'about one core',
    async test(bench) {
      await using poller = await bench.start('poll', 0)
      const windows = await bench.windows(poller.pid, 0.6)
      const cores = rates(windows).cores ?? 0
      return told(
        cores > 0.8,
        `${cores.toFixed(2)} cores with the wait for one, ${perSecond(waitsIn(windows).perSecond)} waits`,
      )
    },
  },
  {
    id: 'timeout-30000',
    section: '2.2',
    sentence: 'With a timeout of 30 000 ms a wait blocks too long, and what is sensitive to latency fails.',
    command: 'demo wake 30000',
    expected: 'what becomes ready waits',
    async test(bench) {
      const { latencyMs } = await bench.see<{ latencyMs: number }>('wake', 30_000)
      return told(
        latencyMs > 100,
        `${latencyMs.toFixed(2)} ms from the write to the return of the wait: a timeout only bounds a wait in which nothing happens`,
      )
    },
  },
  {
    id: 'timeout-minus-one',
    section: '2.2',
    sentence: 'A timeout of -1 is left-over debugging code that blocks for ever by accident.',
    command: 'an idle demo http-server, its waits by timeout',
    expected: 'a sound server has none',
    async test(bench) {
      await using server = await bench.start('http-server')
      const { stdout } = await bench.shell(`sleep 0.3; cat /proc/${server.pid}/task/*/syscall`)
      // epoll_pwait is 281 on x86-64; its fourth argument is the timeout, printed as an unsigned long.
      const waits = stdout.split('\n').filter((line) => line.startsWith('281 '))
      const endless = waits.filter((line) => /^(?:0x)?f{8}/.test(line.split(' ')[4]?.replace('0x', '').slice(-8) ?? ''))
      if (waits.length === 0) return untried('no thread of the idle server was in epoll_pwait')
      const { latencyMs } = await bench.see<{ latencyMs: number }>('wake', -1)
      return told(
        endless.length === 0,
        `an idle stock Go server sleeps in epoll_pwait with timeout -1 (${endless.length} of ${waits.length} waits), and such a wait is over ${latencyMs.toFixed(2)} ms after something is ready`,
      )
    },
  },
]
export default claims
