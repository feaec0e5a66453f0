import type { Timeout } from './window.ts'

/** What the program notes of a wait at its entry; 0 is a wait that it did not see begin. */
export const TIMEOUT_CODES: readonly Timeout[] = ['unknown', 'none', '0', '100us', '1ms', '10ms', '100ms', 'longer']
/** What it notes of a reading call with MSG_PEEK and of EPOLL_CTL_DEL. */
export const SPECIAL = 1

/** One wait in so many has its stack taken. */
const STACK_SHARE = 64

const classify = (value: string, bounds: readonly (readonly [bound: number, code: number])[]) =>
  bounds.reduceRight((rest, [bound, code]) => `(${value} <= ${bound} ? ${code} : ${rest})`, '7')

const MILLISECONDS = `$t < 0 ? 1 : ${classify('$t', [
  [0, 2],
  [1, 4],
  [10, 5],
  [100, 6],
])}`
const MICROSECONDS = classify('$us', [
  [0, 2],
  [100, 3],
  [1000, 4],
  [10_000, 5],
  [100_000, 6],
])

const enter = (calls: readonly string[], pid: number, body: string) =>
  `${calls.map((call) => `tracepoint:syscalls:sys_enter_${call}`).join(', ')} /pid == ${pid}/ { ${body} }`

/** Timeouts in milliseconds, by value. */
const inMilliseconds = (field: string) => `$t = (int32)args->${field}; @given[tid] = ${MILLISECONDS}; ${takeStack}`
/** Timeouts behind a pointer; NULL waits for ever. */
const inTimespec = (field: string) => behindPointer(field, `((uint64)args->${field}->tv_nsec + 999) / 1000`)
const inTimeval = (field: string) => behindPointer(field, `(uint64)args->${field}->tv_usec`)
const behindPointer = (field: string, microseconds: string) =>
  `if (args->${field} == 0) { @given[tid] = 1; } else {
    $us = (uint64)args->${field}->tv_sec * 1000000 + ${microseconds};
    @given[tid] = ${MICROSECONDS}; } ${takeStack}`

const takeStack = `if (rand % ${STACK_SHARE} == 0) { @entries[tid, ustack(perf, 24)] = count(); }`

/**
 * Timeouts, peeks and stacks of one process. Timeouts are noted at the entry: at the exit ppoll and pselect6 have
 * overwritten theirs with the time that was left.
 */
const details = (pid: number) => [
  enter(['epoll_wait', 'epoll_pwait'], pid, inMilliseconds('timeout')),
  enter(['poll'], pid, inMilliseconds('timeout_msecs')),
  enter(['ppoll', 'pselect6'], pid, inTimespec('tsp')),
  enter(['select'], pid, inTimeval('tvp')),
  enter(['epoll_pwait2'], pid, inTimespec('timeout')),
  enter(['nanosleep'], pid, inTimespec('rqtp')),
  // TIMER_ABSTIME: a moment, not a length.
  enter(['clock_nanosleep'], pid, `if (args->flags & 1) { ${takeStack} } else { ${inTimespec('rqtp')} }`),
  enter(['recvfrom', 'recvmsg'], pid, `if (args->flags & 2) { @given[tid] = ${SPECIAL}; }`),
  enter(['epoll_ctl'], pid, `if (args->op == 2) { @given[tid] = ${SPECIAL}; }`),
  `profile:hz:99 /pid == ${pid}/ { @cpu[tid, ustack(perf, 32), kstack(perf, 32)] = count(); }`,
]

/** Counts grow from the start, so that nothing falls between a look and the next. */
const counts = (pid: number, seconds?: number) => [
  'BEGIN { @given[0] = 0; printf("%llu\\n", nsecs); }',
  `tracepoint:raw_syscalls:sys_exit /pid == ${pid}/ {
    $end = args->ret > 0 ? 1 : args->ret;
    @calls[args->id, @given[tid], $end] = count();
    delete(@given[tid]);
  }`,
  // The end of the first thread is the end of the process, in all but odd programs.
  `tracepoint:sched:sched_process_exit /tid == ${pid}/ { exit(); }`,
  'interval:ms:100 { print(@calls); printf("%llu\\n", nsecs); }',
  ...(seconds === undefined ? [] : [`interval:ms:${Math.round(seconds * 1000) + 5} { exit(); }`]),
  // What is left is printed at the end: the stacks.
  'END { clear(@calls); clear(@given); }',
]

/** The program for one process, `pid` as the outermost pid namespace numbers it, which is the only number that BPF knows. */
export const bpftraceProgram = (pid: number, seconds?: number) => [...counts(pid, seconds), ...details(pid)].join('\n')

/** The least of it, to try whether it works at all. */
export const bpftraceTrial = (pid: number, seconds?: number) => counts(pid, seconds).join('\n')
