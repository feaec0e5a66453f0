import { judge } from '../../signatures/judge.ts'
import type { Bench } from '../bench.ts'
import { type Claim, told, untried } from '../claim.ts'
import { percent, perSecond, waitsIn } from '../sums.ts'

/** A stock server that one client keeps busy, each request after the last answer. */
async function busyServer<T>(bench: Bench, look: (pid: number) => Promise<T>): Promise<T> {
  await using server = await bench.start<{ listen: string }>('http-server')
  await using _load = await bench.start('http-load', server.ready.listen, 1)
  // Awaited here: both end with this block.
  return await look(server.pid)
}

const claims: Claim[] = [
  {
    id: 'strace-pipeline',
    section: '1',
    sentence:
      'The pipeline strace … | awk … END … | timeout 5 cat prints the calls of epoll_wait a second after five seconds.',
    command: `strace -p PID -e trace=epoll_wait -f 2>&1 | awk '/epoll_wait/ {count++} END {print …, count/5}' | timeout 5 cat`,
    expected: 'one line with a rate, and the shell is free again after 5 s',
    async test(bench) {
      const lack = await bench.lacks('strace')
      if (lack) return untried(lack)
      const seen = await busyServer(bench, (pid) =>
        bench.shell(
          `strace -p ${pid} -e trace=epoll_wait -f 2>&1 | awk '/epoll_wait/ {count++} END {print "epoll_wait calls/sec:", count/5}' | timeout 5 cat`,
          8,
        ),
      )
      const printed = seen.stdout.includes('calls/sec')
      return told(
        printed && seen.code !== 124,
        `${printed ? `printed "${seen.stdout.trim()}"` : 'printed nothing'} and ${seen.code === 124 ? 'ran still' : 'was over'} after ${seen.seconds.toFixed(0)} s: timeout ends cat, and awk waits for the end of strace`,
      )
    },
  },
  {
    id: 'strace-epoll-wait',
    section: '1',
    sentence: 'strace -e trace=epoll_wait shows the waits of a Go service.',
    command: 'strace -f -c -e trace=epoll_wait,epoll_pwait -p PID',
    expected: 'calls of epoll_wait',
    async test(bench) {
      const lack = await bench.lacks('strace')
      if (lack) return untried(lack)
      const { stderr } = await busyServer(bench, (pid) =>
        bench.shell(`timeout --signal=INT 1 strace -f -c -U name,calls -e trace=epoll_wait,epoll_pwait -p ${pid}`),
      )
      const calls = (name: string) => Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(stderr)?.[1] ?? 0)
      const [wait, pwait] = [calls('epoll_wait'), calls('epoll_pwait')]
      if (wait + pwait === 0) return untried('strace counted no wait of either kind')
      return told(wait > 0, `${wait} calls of epoll_wait, ${pwait} of epoll_pwait in 1 s`)
    },
  },
  {
    id: 'strace-threshold',
    section: '1',
    sentence: 'More than a thousand waits a second, often with nothing ready, are a spin.',
    command: 'demo http-server under demo http-load with one connection, watched by the probe',
    expected: 'a healthy server stays below a thousand waits a second, or hardly any of them is empty',
    async test(bench) {
      const windows = await busyServer(bench, (pid) => bench.windows(pid, 1))
      const { perSecond: rate, emptyShare } = waitsIn(windows)
      const { verdict } = judge(windows)
      const accused = rate > 1000 && emptyShare > 0.3
      return told(
        !(accused && verdict === 'healthy'),
        `a stock server under one connection: ${perSecond(rate)} waits, ${percent(emptyShare)} of them empty, judged ${verdict}`,
      )
    },
  },
]
export default claims
