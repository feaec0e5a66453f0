import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'fd-ls-wc',
    section: '2.5',
    sentence: 'ls -l /proc/PID/fd/ | wc -l is the number of descriptors.',
    command: 'ls -l /proc/PID/fd/ | wc -l; ls /proc/PID/fd | wc -l',
    expected: 'both print the same number',
    async test(bench) {
      await using server = await bench.start('http-server')
      const { stdout } = await bench.shell(`ls -l /proc/${server.pid}/fd/ | wc -l; ls /proc/${server.pid}/fd | wc -l`)
      const [counted, open] = stdout.split('\n').map(Number)
      return told(counted === open, `${counted} lines for ${open} descriptors: the first line is the total of blocks`)
    },
  },
  {
    id: 'fdsize-leak',
    section: '2.5',
    sentence: 'An FDSize over 1024 that has grown shows a leak of descriptors.',
    command: 'demo open-and-close 1500; grep FDSize /proc/PID/status; ls /proc/PID/fd | wc -l',
    expected: 'many open descriptors',
    async test(bench) {
      await using program = await bench.start('open-and-close', 1500)
      const { stdout } = await bench.shell(
        `awk '/FDSize/ {print $2}' /proc/${program.pid}/status; ls /proc/${program.pid}/fd | wc -l`,
      )
      const [size = 0, open = 0] = stdout.split('\n').map(Number)
      if (size <= 1024) return untried(`FDSize is ${size}`)
      return told(
        open > 1024,
        `FDSize ${size} with ${open} descriptors open: it is the size of the table, which never shrinks (proc_pid_status(5))`,
      )
    },
  },
  {
    id: 'threads-leak',
    section: '2.5',
    sentence: 'More than 500 threads are perhaps a leak.',
    command: 'demo blocking-calls 600; grep Threads /proc/PID/status',
    expected: 'no sound program has so many',
    async test(bench) {
      await using program = await bench.start('blocking-calls', 600)
      const { stdout } = await bench.shell(
        `for i in $(seq 100); do n=$(awk '/^Threads/ {print $2}' /proc/${program.pid}/status); [ "$n" -gt 500 ] && break; sleep 0.02; done; echo $n`,
      )
      const threads = Number(stdout)
      return threads > 500
        ? {
            verdict: 'depends',
            measured: `${threads} threads for 600 goroutines in blocking system calls, none of them leaked: each such call keeps a thread (entersyscall of runtime/proc.go)`,
          }
        : told(true, `${threads} threads`)
    },
  },
  {
    id: 'pprof-syscall',
    section: '2.5',
    sentence: 'In a spin the CPU profile shows syscall.Syscall.',
    command:
      'spinlab repro tls-storm --fix consume; spinlab repro deadline-listener --variant past; the stacks of the fault',
    expected: 'most samples are in system calls in both',
    async test(bench) {
      const shares: string[] = []
      let inCalls = 0
      for (const [scenario, options] of [
        ['tls-storm', { fix: ['consume'] }],
        ['deadline-listener', { variant: 'past', fix: [] }],
      ] as const) {
        const result = await bench.experiment(scenario, { ...options, fix: [...options.fix] })
        const stacks = (await bench.evidence(result, 'fault')).windows.flatMap((window) => window.stacks ?? [])
        const count = (rows: typeof stacks) => rows.reduce((sum, { samples }) => sum + samples, 0)
        const calling = stacks.filter(
          ({ user, kernel }) => kernel.length > 0 || user.slice(0, 2).some((frame) => /[Ss]yscall/.test(frame)),
        )
        const share = count(calling) / count(stacks)
        if (share > 0.5) inCalls++
        shares.push(`${scenario}${'variant' in options ? ` ${options.variant}` : ''} ${Math.round(100 * share)} %`)
      }
      return {
        verdict: inCalls === 2 ? 'holds' : inCalls === 1 ? 'depends' : 'refuted',
        measured: `samples in system calls: ${shares.join(', ')}`,
      }
    },
  },
]
export default claims
