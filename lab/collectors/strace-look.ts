/** Seconds after which strace lets go in any case. */
const UNATTENDED = 60

const TRACED = `
traced() {
  while read -r key value; do [ "$key" = TracerPid: ] && [ "$value" != 0 ] && return; done <"/proc/$pid/status"
  return 1
}`

// It looks until there is a line on standard input, or its end.
// strace must not be interrupted before it has attached: it first tries ptrace on a child of its own, and that child,
// orphaned in the middle, stays in its tracing stop for ever.
const LOOK = `${TRACED}
trap : INT TERM
pid=$1
shift
"$@" & tracer=$!
while [ -e "/proc/$tracer/exe" ] && ! traced; do sleep 0.01; done 2>/dev/null
read -r line
while [ -e "/proc/$tracer/exe" ]; do kill -INT $tracer; sleep 0.02; done 2>/dev/null
wait $tracer
echo
times`

/** A command that lets strace look at a process until it is told a line, and prints what that has cost (see accounted.ts). */
export const straceLook = (pid: number, flags: readonly string[]): string[] => [
  ...['sh', '-c', LOOK, 'sh', `${pid}`],
  // Lets go when the shell is killed, too.
  ...['setpriv', '--pdeathsig', 'TERM', 'timeout', '--foreground', '--signal=INT', '--kill-after=1', `${UNATTENDED}`],
  // Its own words go to standard error and the trace through a pipe, or they would meet in the middle of a line.
  ...['strace', ...flags, '-o', '|exec cat', '-p', `${pid}`],
]

/** A command that waits until a tracer has attached to a process, and then runs another. */
export const onceTraced = (pid: number, argv: readonly string[]): string[] => [
  ...[
    'sh',
    '-c',
    `${TRACED}\npid=$1\nshift\nwhile [ -e "/proc/$pid/status" ] && ! traced; do sleep 0.01; done\nexec "$@"`,
  ],
  ...['sh', `${pid}`, ...argv],
]
