import { z } from 'zod'

/** A whole number of events inside this window; rates are made by dividing by `seconds`. */
const count = z.number().int().nonnegative()
/** Cores: 1 is one processor fully used. */
const cores = z.number().nonnegative()

/**
 * Returns of one system call. A reading call with MSG_PEEK is named apart (`recvfrom+MSG_PEEK`), as is
 * `epoll_ctl+DEL`, because neither means what its plain name means.
 */
const Call = z.object({
  call: z.string(),
  calls: count,
  /** returned 0 */
  zero: count,
  /** returned more than 0 */
  positive: count,
  /** returned an error, by errno name */
  errors: z.record(z.string(), count),
})

/**
 * Upper bounds of the timeout given to a wait; `none` blocks for ever, `0` does not block.
 * `unknown`: the observer saw the wait end, but not which timeout it had been given.
 */
export const TIMEOUTS = ['none', '0', '100us', '1ms', '10ms', '100ms', 'longer', 'unknown'] as const
const Timeout = z.enum(TIMEOUTS)

/** Ends of the waits and sleeps made with one call and one class of timeout. A sleep ends `empty`. */
const Wait = z.object({
  call: z.string(),
  timeout: Timeout,
  /** returned ready descriptors (or completions) */
  ready: count,
  /** ran out of time, or found nothing */
  empty: count,
  /** EINTR and other errors */
  failed: count,
})

export const KINDS = [
  'socket',
  'listener',
  'eventfd',
  'timerfd',
  'signalfd',
  'pipe',
  'file',
  'epoll',
  'tty',
  'other',
  'unknown',
] as const

/**
 * What one process achieved on one descriptor. Of one that is in several epoll sets there is a row for each set that
 * reported it, with what calls achieved in the first of them. `fd` -1 stands for reports of a registration that could
 * not be found.
 */
const Descriptor = z.object({
  pid: z.number().int(),
  fd: z.number().int(),
  kind: z.enum(KINDS),
  /** bytes consumed or sent or seen for the first time by a peek, a connection accepted, a connect, shutdown or EPOLL_CTL_DEL that worked */
  useful: count,
  /** read = 0: the end of the stream, seen again */
  eof: count,
  /** EAGAIN of a read or accept */
  again: count,
  /** EAGAIN of a write */
  sendAgain: count,
  /** any other error */
  failed: count,
  /** reads with MSG_PEEK that saw no more than one before them */
  peeked: count,
  /** times a wait reported it ready */
  ready: count,
  /** those of `ready` after which nothing useful was done on it before it was reported again */
  unconsumed: count,
  /** errno of most of `failed` */
  errno: z.string().optional(),
  bytesIn: count,
  bytesOut: count,
  /** epoll descriptor in which it is registered, and the registered events as in epoll_ctl(2), e.g. `IN|RDHUP` or `IN|ET` */
  epfd: z.number().int().optional(),
  events: z.string().optional(),
  /** the events of the last report, by whatever wait, e.g. `IN|HUP` */
  reported: z.string().optional(),
  /** inode of the socket: the same in two epoll sets is one listener shared by two loops */
  inode: z.number().int().optional(),
  /** TCP state as `ss` prints it, e.g. `ESTAB`, `CLOSE-WAIT`; `PACKET` or `XDP` of sockets whose packets may be taken from memory */
  state: z.string().optional(),
  local: z.string().optional(),
  peer: z.string().optional(),
  /** bytes waiting in the receive queue (for a listener: connections waiting to be accepted) */
  recvQueue: count.optional(),
  /** other descriptors registered in the same epoll set with equal data: each of `ready` may have been for any of them */
  alike: z.array(z.number().int()).optional(),
  /** registered in the epoll set still, but its number was closed: it is reported, and no call can reach it */
  orphan: z.boolean().optional(),
})

/** Active descriptors that a window does not list one by one (it lists the most futile and the most useful), summed. */
const Others = Descriptor.pick({
  useful: true,
  eof: true,
  again: true,
  sendAgain: true,
  failed: true,
  peeked: true,
  ready: true,
  unconsumed: true,
  bytesIn: true,
  bytesOut: true,
}).extend({ count })

/** A thread that ran or wanted to run. */
const Thread = z.object({
  pid: z.number().int(),
  tid: z.number().int(),
  name: z.string(),
  cpu: cores,
  /** time spent runnable but waiting for a core (second field of /proc/PID/task/TID/schedstat), in cores */
  runQueue: cores,
  /** context switches per second */
  voluntary: count,
  involuntary: count,
})

/** Of several processes: the sums, and `fds` and `fdLimit` of the one that is nearest to its limit. */
const Process = z.object({
  cpu: cores,
  runQueue: cores,
  /** context switches per second */
  voluntary: count,
  involuntary: count,
  threads: count,
  /** open descriptors, and the soft limit that they may grow to */
  fds: count,
  fdLimit: count,
  /** resident memory, bytes */
  rss: count,
})

/** One distinct sampled stack: frames as `function file:line`, innermost first. */
const Stack = z.object({
  tid: z.number().int(),
  samples: count,
  user: z.array(z.string()),
  kernel: z.array(z.string()),
})

/** A thread that slept in a system call when /proc/PID/task/TID/syscall was read. */
const Blocked = z.object({ pid: z.number().int(), tid: z.number().int(), call: z.string() })

/** Sockets of the process in one state; `unread` of them have bytes that nobody took. */
const Sockets = z.object({ state: z.string(), count, unread: count })

/**
 * What one observer saw in one slice of time: the same shape whichever observer made it.
 * A part that is absent was not observed; a part that is empty was observed and nothing happened.
 */
export const Window = z.object({
  collector: z.string(),
  pids: z.array(z.number().int()),
  /** milliseconds since the epoch */
  start: z.number(),
  /** length over which system calls were counted (`process` and `threads` are already per second) */
  seconds: z.number().positive(),
  calls: z.array(Call).optional(),
  waits: z.array(Wait).optional(),
  descriptors: z.array(Descriptor).optional(),
  others: Others.optional(),
  process: Process.optional(),
  threads: z.array(Thread).optional(),
  sockets: z.array(Sockets).optional(),
  stacks: z.array(Stack).optional(),
  /** stacks at the entry of waits, sampled by waits and not by CPU time: who waits, not who burns */
  waitStacks: z.array(Stack).optional(),
  /** calls in which threads were found blocked when somebody looked (`none` was blocked: empty) */
  blocked: z.array(Blocked).optional(),
  /** ready descriptors beyond the bound of those looked at in one wait; which ones are looked at takes turns */
  notLookedAt: count.optional(),
  /** events that the observer knows it missed; they gate the verdict */
  lost: count,
  /** cores that the observer itself used */
  cost: cores,
})

export type Window = z.infer<typeof Window>
export type Call = z.infer<typeof Call>
export type Wait = z.infer<typeof Wait>
export type Descriptor = z.infer<typeof Descriptor>
export type Process = z.infer<typeof Process>
export type Thread = z.infer<typeof Thread>
export type Stack = z.infer<typeof Stack>
export type Kind = (typeof KINDS)[number]
export type Timeout = z.infer<typeof Timeout>

/** What they cover together. */
export const secondsOf = (windows: readonly Window[]) => windows.reduce((sum, { seconds }) => sum + seconds, 0)
