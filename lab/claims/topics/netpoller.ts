import type { Bench } from '../bench.ts'
import { type Claim, told, untried } from '../claim.ts'
import { waitsIn } from '../sums.ts'

const claims: Claim[] = [
  {
    id: 'netpoll-goroutine-pointer',
    section: '2.1',
    sentence: 'The data of an epoll event is the pointer to a goroutine.',
    command: 'netpollopen and netpoll of $GOROOT/src/runtime/netpoll_epoll.go',
    expected: 'a *g in the data of the event',
    async test(bench) {
      const source = await bench.goSource('runtime/netpoll_epoll.go')
      const opened = source.slice(source.indexOf('\nfunc netpollopen(')).split('\n}\n')[0] ?? ''
      const kept = opened.split('\n').filter((line) => /ev\.Data|taggedPointerPack/i.test(line))
      if (kept.length === 0) return untried('netpollopen of this Go sets no data')
      return told(
        kept.some((line) => /\(\*g\)|\bgp\b/.test(line)),
        `netpollopen: ${kept.map((line) => line.trim()).join('; ')}`,
      )
    },
  },
  {
    id: 'netpoll-timeouts',
    section: '2.1',
    sentence: 'The runtime waits with -1 to block and with 0 to poll.',
    command: 'demo http-server under demo http-load with one connection, its waits by timeout',
    expected: 'both kinds',
    async test(bench) {
      await using server = await bench.start<{ listen: string }>('http-server')
      await using _load = await bench.start('http-load', server.ready.listen, 1)
      const { timeouts } = waitsIn(await bench.windows(server.pid, 0.6))
      return told(
        timeouts.includes('0') && timeouts.some((timeout) => timeout !== '0'),
        `timeouts seen: ${timeouts.join(', ')}`,
      )
    },
  },
  {
    id: 'netpoll-dedicated-thread',
    section: '2.1',
    sentence: 'The poller runs on a thread of its own that never ends.',
    command: 'strace -f -e trace=epoll_pwait of demo http-server under load: the threads that wait',
    expected: 'one thread',
    async test(bench) {
      const lack = await bench.lacks('strace')
      if (lack) return untried(lack)
      const lines = await traceBusy(bench, 'epoll_pwait')
      const threads = new Set(lines.map((line) => /pid\s+(\d+)/.exec(line)?.[1]).filter(Boolean))
      if (lines.length === 0) return untried('strace saw no wait')
      return told(
        threads.size === 1,
        `${threads.size} threads waited in ${lines.length} calls: whichever has nothing else to do (findRunnable of runtime/proc.go)`,
      )
    },
  },
  {
    id: 'netpoll-registers-each-block',
    section: '2.1',
    sentence: 'A goroutine registers its descriptor in epoll each time before it blocks.',
    command: 'strace -f -e trace=epoll_ctl,read of demo http-server under a kept connection',
    expected: 'a call of epoll_ctl for each read that had to wait',
    async test(bench) {
      const lack = await bench.lacks('strace')
      if (lack) return untried(lack)
      const lines = await traceBusy(bench, 'epoll_ctl,read')
      const waited = lines.filter((line) => /read\(.*EAGAIN/.test(line)).length
      const registered = lines.filter((line) => /epoll_ctl\(.*EPOLL_CTL_ADD/.test(line)).length
      if (waited < 10) return untried(`strace saw ${waited} reads that had to wait`)
      return told(
        registered >= waited,
        `${registered} registrations for ${waited} reads that found nothing: once, edge-triggered, when the descriptor is opened (netpollopen)`,
      )
    },
  },
  {
    id: 'netpoll-edge-triggered',
    section: '2.1',
    sentence: 'What the poller registers is reported again and again until it is consumed.',
    command: 'cat /proc/PID/fdinfo of the epoll descriptor of demo http-server',
    expected: 'registrations without EPOLLET',
    async test(bench) {
      await using server = await bench.start('http-server')
      const { stdout } = await bench.shell(`grep -h tfd: /proc/${server.pid}/fdinfo/*`)
      const events = stdout.split('\n').flatMap((line) => /events:\s*([0-9a-f]+)/.exec(line)?.[1] ?? [])
      // EPOLLET of include/uapi/linux/eventpoll.h.
      const edge = events.filter((hex) => (Number.parseInt(hex, 16) & 0x80000000) !== 0)
      if (events.length === 0) return untried('the server has no registration')
      return told(
        edge.length === 0,
        `${edge.length} of ${events.length} registrations are edge-triggered (events ${[...new Set(events)].join(', ')})`,
      )
    },
  },
  {
    id: 'netpoll-global-queue',
    section: '2.1',
    sentence: 'Goroutines that become ready go to the global run queue.',
    command: 'injectglist of $GOROOT/src/runtime/proc.go',
    expected: 'only globrunqputbatch',
    async test(bench) {
      const source = await bench.goSource('runtime/proc.go')
      const body = source.slice(source.indexOf('\nfunc injectglist(')).split('\n}\n')[0] ?? ''
      const local = body.includes('runqputbatch(pp') || body.includes('runqputbatch(pp,')
      const global = body.includes('globrunqput')
      return {
        verdict: local && global ? 'depends' : global ? 'holds' : 'refuted',
        measured: `injectglist puts them into the ${[local && "processor's own queue", global && 'global queue'].filter(Boolean).join(' or the ')}, by whether the thread has a processor`,
      }
    },
  },
]
export default claims

/** Lines of strace -f about a stock server that answers over one kept connection. */
async function traceBusy(bench: Bench, calls: string): Promise<string[]> {
  await using server = await bench.start<{ listen: string }>('http-server')
  await using _load = await bench.start('http-load', server.ready.listen, 2)
  const { stdout } = await bench.shell(`timeout --signal=INT 1 strace -f -e trace=${calls} -p ${server.pid} 2>&1`)
  return stdout.split('\n').filter((line) => /\(/.test(line) && !/^strace:/.test(line))
}
