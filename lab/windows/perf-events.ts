import type { Timeout } from './window.ts'

/** What each count of an event says. */
export type Meaning =
  /** a call returned this: a value, or the name of an errno */
  | { call: string; result: number | string }
  /** a wait ended so */
  | { wait: string; end: 'ready' | 'empty' | 'failed' }
  /** a wait was entered with this timeout */
  | { wait: string; timeout: Timeout }
  /** a reading call was entered with MSG_PEEK */
  | { peek: string }
  /** an EPOLL_CTL_DEL was entered */
  | { removal: true }

/** A tracepoint and the filter that perf lays upon it (filter language: kernel's Documentation/trace/events.rst). */
export interface PerfEvent {
  event: string
  filter: string
  meaning: Meaning
}

/** Tracepoints have the names of the kernel's functions, which are those of the calls but for this one (arch/x86/entry/syscalls/syscall_64.tbl). */
const FUNCTIONS: Readonly<Record<string, string>> = { sendfile: 'sendfile64' }

const enter = (call: string, filter: string, meaning: Meaning): PerfEvent => ({
  event: `syscalls:sys_enter_${call}`,
  filter,
  meaning,
})
const exit = (call: string, filter: string, meaning: Meaning): PerfEvent => ({
  event: `syscalls:sys_exit_${FUNCTIONS[call] ?? call}`,
  filter,
  meaning,
})

const waitEnds = (call: string) => [
  exit(call, 'ret>0', { wait: call, end: 'ready' }),
  exit(call, 'ret==0', { wait: call, end: 'empty' }),
  exit(call, 'ret<0', { wait: call, end: 'failed' }),
]

/** A timeout in milliseconds; the tracepoint holds it unsigned, so that the negative ones are the greatest. */
const milliseconds = (call: string, field: string) => [
  ...waitEnds(call),
  enter(call, `${field}>2147483647`, { wait: call, timeout: 'none' }),
  enter(call, `${field}==0`, { wait: call, timeout: '0' }),
  enter(call, `${field}==1`, { wait: call, timeout: '1ms' }),
  enter(call, `${field}>1 && ${field}<=10`, { wait: call, timeout: '10ms' }),
  enter(call, `${field}>10 && ${field}<=100`, { wait: call, timeout: '100ms' }),
  enter(call, `${field}>100 && ${field}<=2147483647`, { wait: call, timeout: 'longer' }),
]

/** A timeout behind a pointer, which a filter cannot follow: it tells only whether there is one. */
const pointer = (call: string, field: string) => [
  ...waitEnds(call),
  enter(call, `${field}==0`, { wait: call, timeout: 'none' }),
  enter(call, `${field}!=0`, { wait: call, timeout: 'unknown' }),
]

const sleep = (call: string) => [
  exit(call, 'ret==0', { wait: call, end: 'empty' }),
  exit(call, 'ret<0', { wait: call, end: 'failed' }),
]

// include/uapi/asm-generic/errno-base.h
const NUMBERS = { EAGAIN: 11, ENFILE: 23, EMFILE: 24, EPIPE: 32 } as const

/** Results of a call, with some errors by name and the others as `unknown`. */
function results(call: string, named: (keyof typeof NUMBERS)[]): PerfEvent[] {
  const others = named.map((errno) => ` && ret!=-${NUMBERS[errno]}`).join('')
  return [
    exit(call, 'ret>0', { call, result: 1 }),
    exit(call, 'ret==0', { call, result: 0 }),
    ...named.map((errno) => exit(call, `ret==-${NUMBERS[errno]}`, { call, result: errno })),
    exit(call, `ret<0${others}`, { call, result: 'unknown' }),
  ]
}

/** MSG_PEEK of include/linux/socket.h. */
const peeking = (call: string) => [...results(call, ['EAGAIN']), enter(call, 'flags & 2', { peek: call })]

/** Everything that is counted, in the order in which perf is told of it and prints it. */
export const PERF_EVENTS: readonly PerfEvent[] = [
  ...['epoll_wait', 'epoll_pwait'].flatMap((call) => milliseconds(call, 'timeout')),
  ...milliseconds('poll', 'timeout_msecs'),
  ...pointer('epoll_pwait2', 'timeout'),
  ...pointer('ppoll', 'tsp'),
  ...pointer('pselect6', 'tsp'),
  ...pointer('select', 'tvp'),
  ...['nanosleep', 'clock_nanosleep'].flatMap(sleep),
  ...['read', 'readv'].flatMap((call) => results(call, ['EAGAIN'])),
  ...['recvfrom', 'recvmsg'].flatMap(peeking),
  ...['accept', 'accept4'].flatMap((call) => results(call, ['EAGAIN', 'EMFILE', 'ENFILE'])),
  ...['write', 'writev', 'sendto', 'sendmsg', 'sendfile'].flatMap((call) => results(call, ['EAGAIN', 'EPIPE'])),
  ...['close', 'epoll_ctl', 'futex'].flatMap((call) => results(call, [])),
  // EPOLL_CTL_DEL of include/uapi/linux/eventpoll.h.
  enter('epoll_ctl', 'op==2', { removal: true }),
]

/** The arguments of perf that name the events. */
export const perfEventArguments = (events: readonly PerfEvent[]) =>
  events.flatMap(({ event, filter }) => ['-e', event, '--filter', filter])

/** Those that tell of the calls with these names. */
export const perfEventsOf = (calls: ReadonlySet<string>) =>
  PERF_EVENTS.filter(({ meaning }) => calls.has(callOf(meaning)))

function callOf(meaning: Meaning): string {
  if ('call' in meaning) return meaning.call
  if ('wait' in meaning) return meaning.wait
  return 'peek' in meaning ? meaning.peek : 'epoll_ctl'
}
