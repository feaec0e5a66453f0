import type { Descriptor, Process, Wait, Window } from '../../lab/windows/window.ts'

const PROCESS: Process = {
  cpu: 1,
  runQueue: 0,
  voluntary: 0,
  involuntary: 0,
  threads: 1,
  fds: 10,
  fdLimit: 1024,
  rss: 1e6,
}

const DESCRIPTOR: Descriptor = {
  pid: 1,
  fd: 7,
  kind: 'socket',
  useful: 0,
  eof: 0,
  again: 0,
  sendAgain: 0,
  failed: 0,
  peeked: 0,
  ready: 0,
  unconsumed: 0,
  bytesIn: 0,
  bytesOut: 0,
}

/** A window of 100 ms of one process; what is not given did not happen. */
export function windowOf({
  cpu = 1,
  descriptors = [],
  waits = [],
  ...rest
}: {
  cpu?: number
  descriptors?: Partial<Descriptor>[]
  waits?: Partial<Wait>[]
} & Partial<Omit<Window, 'descriptors' | 'waits'>>): Window {
  return {
    collector: 'probe',
    pids: [1],
    start: 0,
    seconds: 0.1,
    calls: [],
    waits: waits.map((wait) => ({ call: 'epoll_pwait', timeout: 'none', ready: 0, empty: 0, failed: 0, ...wait })),
    descriptors: descriptors.map((descriptor) => ({ ...DESCRIPTOR, ...descriptor })),
    process: { ...PROCESS, cpu },
    threads: [],
    lost: 0,
    cost: 0,
    ...rest,
  }
}
