import type { TracedCall } from './strace-line.ts'

/** The end of a wait or sleep. */
export interface TracedWait {
  /** seconds; negative: for ever */
  timeout: number
  end: 'ready' | 'empty' | 'failed'
  /** the epoll set, and the registered data of what was ready in it, in decimal */
  epfd: number | undefined
  data: string[]
  /** descriptors that poll or select reported */
  ready: number[]
  /** descriptors that were watched, with what they are */
  watched: { fd: number; annotation: string }[]
  /** ready descriptors that the line does not show */
  unlisted: number
}

type Reader = (call: TracedCall) => Partial<TracedWait> & { timeout: number }

const milliseconds = (text: string | undefined) => Number(text) / 1000

/** `{tv_sec=0, tv_nsec=1000}`, `{tv_sec=0, tv_usec=1}`; NULL is for ever. */
function interval(text: string | undefined): number {
  const [, seconds, unit, fraction] = /tv_sec=(\d+), tv_(n|u)sec=(\d+)/.exec(text ?? '') ?? []
  return seconds === undefined ? -1 : Number(seconds) + Number(fraction) / (unit === 'n' ? 1e9 : 1e6)
}

const epoll =
  (timeout: (text: string | undefined) => number): Reader =>
  ({ args, value = 0 }) => {
    const data = [...(args[1] ?? '').matchAll(/u64=(\w+)/g)].map(([, number = '0']) => BigInt(number).toString())
    return {
      timeout: timeout(args[3]),
      epfd: Number.parseInt(args[0] ?? '', 10),
      data,
      unlisted: Math.max(value - data.length, 0),
    }
  }

const poll =
  (timeout: (text: string | undefined) => number): Reader =>
  ({ args, value = 0, detail }) => {
    const ready = [...detail.matchAll(/fd=(\d+)(?:<[^\]]*\]?>)?, revents=/g)].map(([, fd]) => Number(fd))
    return {
      timeout: timeout(args[2]),
      ready,
      watched: annotated(args[0]),
      unlisted: Math.max(value - ready.length, 0),
    }
  }

const select: Reader = ({ args, value = 0, detail }) => {
  const sets = [...detail.matchAll(/(?:in|out|except) \[([\d ]*)\]/g)].map(([, set = '']) => set.split(' ').map(Number))
  return {
    timeout: interval(args[4]),
    ready: [...new Set(sets.flat())],
    watched: args.slice(1, 4).flatMap(annotated),
    // A descriptor counts once for each set that it is ready in.
    unlisted: Math.max(value - sets.flat().length, 0),
  }
}

// Where each call keeps its timeout, as in its man page.
const WAITS: Readonly<Record<string, Reader>> = {
  epoll_wait: epoll(milliseconds),
  epoll_pwait: epoll(milliseconds),
  epoll_pwait2: epoll(interval),
  poll: poll(milliseconds),
  ppoll: poll(interval),
  select,
  _newselect: select,
  pselect6: select,
  nanosleep: ({ args }) => ({ timeout: interval(args[0]) }),
  // An absolute time of a clock that the trace does not show: the sleep took as long as it took.
  clock_nanosleep: ({ args, duration }) => ({ timeout: args[1] === 'TIMER_ABSTIME' ? duration : interval(args[2]) }),
  io_uring_enter: ({ args }) => ({ timeout: args[2] === '0' ? 0 : -1 }),
}

/** Undefined when the call does not wait, or has not ended. */
export function tracedWait(call: TracedCall): TracedWait | undefined {
  const read = WAITS[call.name]
  if (!read || (call.name === 'io_uring_enter' && !call.args[3]?.includes('GETEVENTS'))) return undefined
  return {
    end: endOf(call),
    epfd: undefined,
    data: [],
    ready: [],
    watched: [],
    unlisted: 0,
    ...read(call),
  }
}

function endOf({ name, value, errno }: TracedCall): TracedWait['end'] {
  if (errno === 'ETIME') return 'empty'
  if (errno !== undefined) return 'failed'
  return value === 0 && name !== 'io_uring_enter' ? 'empty' : 'ready'
}

/** `3<UNIX-STREAM:[1->2]>` anywhere in a list. */
function annotated(text: string | undefined): { fd: number; annotation: string }[] {
  const found = (text ?? '').matchAll(/(\d+)<((?:->|<[^<>]*>|[^<>])*)>/g)
  return [...found].map(([, fd, annotation = '']) => ({ fd: Number(fd), annotation }))
}
