import type { Descriptor, Thread, Window } from '../../lab/windows/window.ts'

/** The same behaviour, faster or slower: all counts times `factor`, the CPU as it was. */
export function scale(windows: readonly Window[], factor: number): Window[] {
  const times = (n: number) => Math.round(n * factor)
  return windows.map((window) => ({
    ...window,
    ...(window.calls && {
      calls: window.calls.map((call) => ({
        ...call,
        calls: times(call.calls),
        zero: times(call.zero),
        positive: times(call.positive),
        errors: Object.fromEntries(Object.entries(call.errors).map(([errno, n]) => [errno, times(n)])),
      })),
    }),
    ...(window.waits && {
      waits: window.waits.map((wait) => ({
        ...wait,
        ready: times(wait.ready),
        empty: times(wait.empty),
        failed: times(wait.failed),
      })),
    }),
    ...(window.descriptors && { descriptors: window.descriptors.map((row) => timesDescriptor(row, times)) }),
    ...(window.others && { others: { ...window.others, useful: times(window.others.useful) } }),
    ...(window.process && {
      process: {
        ...window.process,
        voluntary: times(window.process.voluntary),
        involuntary: times(window.process.involuntary),
      },
    }),
  }))
}

function timesDescriptor(row: Descriptor, times: (n: number) => number): Descriptor {
  return {
    ...row,
    useful: times(row.useful),
    eof: times(row.eof),
    again: times(row.again),
    sendAgain: times(row.sendAgain),
    failed: times(row.failed),
    peeked: times(row.peeked),
    ready: times(row.ready),
    unconsumed: times(row.unconsumed),
    bytesIn: times(row.bytesIn),
    bytesOut: times(row.bytesOut),
  }
}

/** Threads that sleep all the time, and are listed all the same. */
export function addIdleThreads(windows: readonly Window[], count: number): Window[] {
  const idle: Thread[] = Array.from({ length: count }, (_, i) => ({
    pid: 1,
    tid: 1_000_000 + i,
    name: 'idle',
    cpu: 0,
    runQueue: 0,
    voluntary: 0,
    involuntary: 0,
  }))
  return windows.map((window) => ({
    ...window,
    ...(window.threads && { threads: [...window.threads, ...idle] }),
    ...(window.process && { process: { ...window.process, threads: window.process.threads + count } }),
  }))
}

/** CPU of one useful call of a healthy server, in seconds: about 5 us in each of the recorded ones. */
const PER_CALL = 5e-6

/** Connections that are served as they should be, each so many useful calls a second, with the CPU that they take. */
export function addHealthy(windows: readonly Window[], connections: readonly number[]): Window[] {
  const rate = connections.reduce((sum, useful) => sum + useful, 0)
  return windows.map((window) => ({
    ...window,
    ...(window.descriptors &&
      window.calls && {
        descriptors: [...window.descriptors, ...connections.map((useful, i) => connection(i, useful * window.seconds))],
      }),
    ...(window.process && {
      process: { ...window.process, cpu: window.process.cpu + PER_CALL * rate },
    }),
    ...(window.threads && {
      threads: [
        ...window.threads,
        {
          pid: 1,
          tid: 2_000_000,
          name: 'server',
          cpu: PER_CALL * rate,
          runQueue: 0,
          voluntary: Math.round(rate),
          involuntary: 0,
        },
      ],
    }),
  }))
}

function connection(i: number, calls: number): Descriptor {
  const useful = Math.round(calls)
  return {
    pid: 1,
    fd: 100_000 + i,
    kind: 'socket',
    useful,
    eof: 0,
    again: Math.round(useful / 2),
    sendAgain: 0,
    failed: 0,
    peeked: 0,
    ready: Math.round(useful / 2),
    unconsumed: 0,
    bytesIn: 100 * useful,
    bytesOut: 100 * useful,
    state: 'ESTAB',
  }
}

/** Each window as two, one after the other; the odd sample goes to the first. */
export function split(windows: readonly Window[]): Window[] {
  return windows.flatMap((window) => [half(window, Math.ceil), half(window, Math.floor)])
}

function half(window: Window, round: (n: number) => number): Window {
  const [halved = window] = scale([window], 0.5)
  return {
    ...halved,
    seconds: window.seconds / 2,
    // Switches are per second already.
    ...(window.process && { process: window.process }),
    ...(window.stacks && {
      stacks: window.stacks.map((stack) => ({ ...stack, samples: round(stack.samples / 2) })),
    }),
    lost: round(window.lost / 2),
  }
}
