import { existsSync } from 'node:fs'
import { type Claim, told } from '../claim.ts'
import { percent, perSecond, waitsIn } from '../sums.ts'

const claims: Claim[] = [
  {
    id: 'goroutines-flat',
    section: '1',
    sentence: 'The CPU climbs while runtime.NumGoroutine() stays flat.',
    command: 'spinlab repro tls-storm --fix consume',
    expected: 'a core is burnt, and no goroutine comes with the connections',
    async test(bench) {
      const result = await bench.experiment('tls-storm', { fix: ['consume'] })
      const [baseline, fault] = result.phases
      const [before, during] = [baseline?.goroutines ?? 0, fault?.goroutines ?? 0]
      const cores = fault?.rates.cores ?? 0
      return told(
        cores > 0.5 && during - before < 10,
        `${cores.toFixed(2)} cores, ${before} goroutines before and ${during} during ${fault?.chaos?.arrivals} arrivals`,
        result.run,
      )
    },
  },
  {
    id: 'empty-returns',
    section: '1',
    sentence: 'In a false spin the kernel returns no ready event, and the loop calls epoll_wait again at once.',
    command:
      'spinlab repro tls-storm --fix consume; spinlab repro half-close --fix read-eof; spinlab repro deadline-listener --fix sound-deadline',
    expected: 'most returns of waits are empty in each of them',
    async test(bench) {
      const shares: [string, number][] = []
      for (const [name, fix] of [
        ['tls-storm', 'consume'],
        ['half-close', 'read-eof'],
        ['deadline-listener', 'sound-deadline'],
      ] as const) {
        const result = await bench.experiment(name, { fix: [fix] })
        shares.push([name, waitsIn((await bench.evidence(result, 'fault')).windows).emptyShare])
      }
      const empty = shares.filter(([, share]) => share > 0.5)
      return {
        verdict: empty.length === 0 ? 'refuted' : empty.length === shares.length ? 'holds' : 'depends',
        measured: `share of returns with nothing ready: ${shares.map(([name, share]) => `${name} ${percent(share)}`).join(', ')}`,
      }
    },
  },
  {
    id: 'emfile-polling',
    section: '1',
    sentence: 'At EMFILE the Go runtime falls back to polling and calls epoll_wait without sleeping.',
    command: 'spinlab repro fd-exhaustion --variant net-http',
    expected: 'stock net/http at its limit of descriptors spins',
    async test(bench) {
      const result = await bench.experiment('fd-exhaustion', { variant: 'net-http', fix: [] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      const { perSecond: rate } = waitsIn((await bench.evidence(result, 'fault')).windows)
      return told(
        fault?.verdict === 'present',
        `${fault?.verdict}: ${perSecond(rate)} waits, ${fault?.rates.cores?.toFixed(2)} cores with the table full: accept fails, and net/http waits 5 ms to 1 s before it tries again (Serve of net/http/server.go)`,
        result.run,
      )
    },
  },
  {
    id: 'emfile-source',
    section: '1',
    sentence: 'internal/poll/fd_poll_runtime.go holds that polling logic.',
    command: '$GOROOT/src/internal/poll/fd_poll_runtime.go, its loops',
    expected: 'a loop around the wait',
    async test(bench) {
      const source = await bench.goSource('internal/poll/fd_poll_runtime.go')
      const loops = source.split('\n').filter((line) => /^\s*for\b/.test(line)).length
      return told(loops > 0, `${loops} loops in its ${source.split('\n').length} lines`)
    },
  },
  {
    id: 'emfile-call',
    section: '1',
    sentence: 'The call that fails with EMFILE is epoll_ctl(EPOLL_CTL_ADD).',
    command: 'spinlab repro fd-exhaustion --fix accept-backoff',
    expected: 'epoll_ctl fails with EMFILE',
    async test(bench) {
      const result = await bench.experiment('fd-exhaustion', { fix: ['accept-backoff'] })
      const { windows } = await bench.evidence(result, 'fault')
      const failed = (call: RegExp) =>
        windows
          .flatMap((window) => window.calls ?? [])
          .filter((row) => call.test(row.call))
          .reduce((sum, row) => sum + (row.errors.EMFILE ?? 0), 0)
      return told(
        failed(/^epoll_ctl/) > 0,
        `${failed(/^epoll_ctl/)} of epoll_ctl, ${failed(/^accept/)} of accept`,
        result.run,
      )
    },
  },
  {
    id: 'half-close-spin',
    section: '1',
    sentence: 'A FIN that is never read leaves the descriptor in epoll, and the loop spins.',
    command: 'spinlab repro half-close --fix read-eof; spinlab repro half-close --variant net-http',
    expected: 'the spin is there, whatever the server is made with',
    async test(bench) {
      const raw = await bench.experiment('half-close', { fix: ['read-eof'] })
      const stock = await bench.experiment('half-close', { variant: 'net-http', fix: [] })
      const verdicts = [raw, stock].map((result) => result.phases.find(({ name }) => name === 'fault')?.verdict)
      const present = verdicts.filter((verdict) => verdict === 'present').length
      return {
        verdict: present === 2 ? 'holds' : present === 1 ? 'depends' : 'refuted',
        measured: `level-triggered reactor: ${verdicts[0]}; stock net/http: ${verdicts[1]}`,
        run: raw.run,
      }
    },
  },
  {
    id: 'rdhup-default',
    section: '1',
    sentence: 'EPOLLRDHUP is on by default since Go 1.21, and older versions need a patch.',
    command: "grep EPOLLRDHUP in the runtime's netpoll_epoll.go of this Go and of Go 1.19 where it is installed",
    expected: 'Go 1.19 does not have it',
    async test(bench) {
      const has = async (goroot?: string) =>
        (await bench.goSource('runtime/netpoll_epoll.go', goroot)).includes('EPOLLRDHUP')
      const old = '/usr/lib/go-1.19'
      const now = await has()
      if (!existsSync(old))
        return {
          verdict: 'no-data',
          measured: `this Go ${now ? 'has' : 'does not have'} it; there is no Go older than 1.21 here`,
        }
      const before = (await has(old)) || (await bench.goSource('runtime/netpoll_epoll.go', old)).includes('_EPOLLRDHUP')
      return told(
        now && !before,
        `Go 1.19 ${before ? 'has it too' : 'does not have it'}, this Go ${now ? 'has it' : 'does not'}`,
      )
    },
  },
  {
    id: 'deadline-einval',
    section: '1',
    sentence:
      'Where SetDeadline of a connection fails with EINVAL, net/http sets its epoll registration anew before each Accept.',
    command:
      'strace -f -c -e trace=epoll_ctl,accept4 -p PID of demo deadline-refused, and of demo http-server, under load',
    expected: 'more epoll_ctl for each accept than a stock server makes',
    async test(bench) {
      const perAccept = async (name: string) => {
        await using server = await bench.start<{ listen: string }>(name)
        const requests = `for i in $(seq 30); do exec 3<>/dev/tcp/$(echo ${server.ready.listen} | tr : /); printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; exec 3>&-; done`
        const { stderr } = await bench.shell(
          `timeout --signal=INT 3 strace -f -c -U name,calls -e trace=epoll_ctl,accept4 -p ${server.pid} & until grep -q "TracerPid:.[1-9]" /proc/${server.pid}/status; do sleep 0.02; done; ${requests}; wait`,
        )
        const calls = (call: string) => Number(new RegExp(`^${call} +(\\d+)`, 'm').exec(stderr)?.[1] ?? 0)
        return { accepts: calls('accept4'), ratio: calls('epoll_ctl') / calls('accept4') }
      }
      const lack = await bench.lacks('strace')
      if (lack) return { verdict: 'no-data', measured: lack }
      const [refusing, stock] = [await perAccept('deadline-refused'), await perAccept('http-server')]
      if (refusing.accepts < 30 || stock.accepts < 30)
        return { verdict: 'no-data', measured: 'strace missed the accepts' }
      return told(
        refusing.ratio > 1.5 * stock.ratio,
        `${refusing.ratio.toFixed(2)} calls of epoll_ctl for each accept4 where deadlines are refused, ${stock.ratio.toFixed(2)} in a stock server`,
      )
    },
  },
  {
    id: 'deadline-listener',
    section: '1',
    sentence: 'A listener with a deadline that is set anew for each Accept makes redundant waits.',
    command: 'spinlab repro deadline-listener --fix sound-deadline',
    expected: 'empty wake-ups while nobody connects',
    async test(bench) {
      const result = await bench.experiment('deadline-listener', { fix: ['sound-deadline'] })
      const fault = result.phases.find(({ name }) => name === 'fault')
      const { perSecond: rate, emptyShare } = waitsIn((await bench.evidence(result, 'fault')).windows)
      return told(
        fault?.verdict === 'present',
        `${perSecond(rate)} waits, ${percent(emptyShare)} of them empty, ${fault?.rates.cores?.toFixed(2)} cores: ${fault?.findings[0]?.text ?? fault?.verdict}`,
        result.run,
      )
    },
  },
  {
    id: 'half-closed-ss',
    section: '1',
    sentence: "ss -tn state fin-wait-1 dst :PORT finds the half-closed connections of the server's port.",
    command: 'spinlab repro half-close --fix read-eof, the states of its sockets',
    expected: "the server's sockets are in FIN-WAIT-1",
    async test(bench) {
      const result = await bench.experiment('half-close', { fix: ['read-eof'] })
      const states = (await bench.evidence(result, 'fault')).facts.at(-1)?.states ?? {}
      const words = Object.entries(states).map(([state, count]) => `${state} ${count}`)
      return told(
        (states['FIN-WAIT-1'] ?? 0) > 0,
        `at the server's end: ${words.join(', ')}; and dst filters by the other end's port`,
        result.run,
      )
    },
  },
]
export default claims
