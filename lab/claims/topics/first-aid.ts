import { type Claim, told, untried } from '../claim.ts'

const claims: Claim[] = [
  {
    id: 'lsof-count',
    section: '1',
    sentence: 'lsof -p PID | wc -l is the number of descriptors to compare with ulimit -n.',
    command: 'lsof -p PID | wc -l; ls /proc/PID/fd | wc -l',
    expected: 'both print the same number',
    async test(bench) {
      const lack = await bench.lacks('lsof')
      if (lack) return untried(lack)
      await using server = await bench.start('http-server')
      const { stdout } = await bench.shell(
        `lsof -p ${server.pid} 2>/dev/null | wc -l; ls /proc/${server.pid}/fd | wc -l`,
      )
      const [listed, open] = stdout.split('\n').map(Number)
      return told(
        listed === open,
        `lsof prints ${listed} lines, ${open} descriptors are open: it lists its heading, programs and maps too`,
      )
    },
  },
  {
    id: 'ulimit-of-shell',
    section: '1',
    sentence: 'ulimit -n tells the limit that the process has.',
    command: 'ulimit -n in a shell, against Max open files of /proc/PID/limits',
    expected: 'both are the same',
    async test(bench) {
      await using server = await bench.start('http-server')
      const { stdout } = await bench.shell(
        `ulimit -Sn 300; ulimit -n; awk '/Max open files/ {print $4}' /proc/${server.pid}/limits`,
      )
      const [shell, process] = stdout.split('\n').map(Number)
      return told(
        shell === process,
        `ulimit -n of another shell says ${shell}, the process has ${process}: it is the limit of the shell that is asked`,
      )
    },
  },
  {
    id: 'fd-directory-wc',
    section: '1',
    sentence: 'cat /proc/PID/fd/ | wc -l detects a descriptor leak.',
    command: 'cat /proc/PID/fd/ | wc -l',
    expected: 'the number of open descriptors',
    async test(bench) {
      await using server = await bench.start('http-server')
      const { stdout, stderr } = await bench.shell(
        `cat /proc/${server.pid}/fd/ | wc -l; ls /proc/${server.pid}/fd | wc -l`,
      )
      const [counted, open] = stdout.split('\n').map(Number)
      return told(
        counted === open,
        `prints ${counted} where ${open} are open; cat says "${stderr.trim().split(': ').at(-1)}"`,
      )
    },
  },
  {
    id: 'gdb-close',
    section: '1',
    sentence: "gdb -p PID -ex 'call close(FD)' -ex detach closes an idle descriptor of a Go service.",
    command: "gdb -p PID -batch -ex 'call close(FD)' -ex detach",
    expected: 'the descriptor is gone',
    async test(bench) {
      const lack = await bench.lacks('gdb')
      if (lack) return untried(lack)
      await using server = await bench.start('http-server')
      const script = `fd=$(ls /proc/${server.pid}/fd | sort -n | tail -1); gdb -p ${server.pid} -batch -ex "call close($fd)" -ex detach 2>&1 | tail -3; ls /proc/${server.pid}/fd | grep -qx $fd && echo open || echo closed`
      const { stdout } = await bench.shell(script, 60)
      const words = stdout.split('\n').find((line) => /error|No symbol|syntax/i.test(line)) ?? 'without a word'
      return told(
        stdout.endsWith('closed'),
        `${stdout.endsWith('closed') ? 'closed' : 'still open'}; gdb says "${words.trim()}"`,
      )
    },
  },
  {
    id: 'sigusr2-any',
    section: '1',
    sentence: 'SIGUSR2 refreshes the listener of a service.',
    command: 'kill -USR2 PID of a stock net/http server',
    expected: 'it listens on a new socket',
    async test(bench) {
      await using server = await bench.start('http-server')
      const listener = `ls -l /proc/${server.pid}/fd 2>/dev/null | grep -o 'socket:.*' | sort | head -1`
      const { stdout } = await bench.shell(`${listener}; kill -USR2 ${server.pid}; sleep 0.3; ${listener}`)
      const [before, after] = stdout.split('\n')
      const words =
        after === undefined ? 'is dead' : after === before ? 'goes on with its old listener' : 'has a new listener'
      return {
        verdict: after !== undefined && after !== before ? 'holds' : 'depends',
        measured: `a stock net/http server ${words}; one with a graceful restart of its own: see fix-graceful-restart`,
      }
    },
  },
  {
    id: 'grep-deadline',
    section: '1',
    sentence: 'grep -r "SetDeadline" $GOROOT/src/net detects a listener whose deadline does not work.',
    command: 'grep -rl "SetDeadline" $GOROOT/src/net | wc -l',
    expected: 'a match where the service has the bug, none where it has not',
    async test(bench) {
      const { stdout } = await bench.shell('grep -rl "SetDeadline" "$(go env GOROOT)/src/net" | wc -l')
      const files = Number(stdout)
      return told(
        files === 0,
        `${files} files match on a machine whose services are sound: it searches Go's own sources, not the service's`,
      )
    },
  },
]
export default claims
