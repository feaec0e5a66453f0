import type { SeenDescriptor, Sight } from '../signatures/sight.ts'
import { hottest } from '../signatures/userland-loop.ts'
import { describe, short } from '../signatures/words.ts'
import type { Scene } from './scene.ts'

/** The observations that the verdict rests on, one a line, the most telling first. */
export function evidenceOf(sight: Sight, scene: Scene): string[] {
  return [
    ...(scene.stopped ? [`it is stopped by a signal (state T), and does nothing until "kill -CONT ${scene.pid}"`] : []),
    ...waits(sight),
    ...descriptors(sight),
    ...stacks(sight),
    ...threads(sight),
    ...table(sight),
    ...sockets(sight),
    ...(scene.go ?? []),
  ]
}

function waits(sight: Sight): string[] {
  return sight.waits
    .filter(({ ready, empty, failed }) => ready + empty + failed > 0)
    .toSorted((a, b) => b.ready + b.empty + b.failed - (a.ready + a.empty + a.failed))
    .slice(0, 3)
    .map(
      ({ call, timeout, ready, empty, failed }) =>
        `${call} (timeout ${timeout}) a second: ${per(ready, sight)} ready, ${per(empty, sight)} empty, ${per(failed, sight)} failed`,
    )
}

function descriptors(sight: Sight): string[] {
  const futile = (d: SeenDescriptor) => d.unconsumed + d.eof + d.again + d.sendAgain + d.failed + d.peeked
  return sight.descriptors
    .filter((d) => futile(d) > d.useful)
    .toSorted((a, b) => futile(b) - futile(a))
    .slice(0, 5)
    .map((d) => {
      const counts = [
        [d.reported ? `ready (${d.reported})` : 'ready', d.ready],
        ['not consumed', d.unconsumed],
        ['end of stream', d.eof],
        ['EAGAIN', d.again + d.sendAgain],
        [d.errno ?? 'failed', d.failed],
        ['peeked', d.peeked],
      ] as const
      const seen = counts.filter(([, n]) => n > 0).map(([name, n]) => `${name} ${per(n, sight)}`)
      const epoll = d.epfd === undefined ? '' : `; in epoll set ${d.epfds.join(', ') || d.epfd} for ${d.events ?? '?'}`
      const queue = d.recvQueue ? `; ${d.recvQueue} ${d.kind === 'listener' ? 'connections' : 'bytes'} waiting` : ''
      return `${describe(d)} a second: ${[...seen, `useful ${per(d.useful, sight)}`].join(', ')}${epoll}${queue}`
    })
}

function stacks(sight: Sight): string[] {
  return sight.roots.slice(0, 2).map((root) => {
    const [hot] = root.stacks.toSorted((a, b) => b.samples - a.samples)
    const frames = [...(hot?.kernel ?? []).slice(0, 1), ...(hot?.user ?? []).slice(0, 5)].join(' < ')
    return `${Math.round((100 * root.samples) / sight.samples)} % of ${sight.samples} CPU samples are in ${root.name}, most of them in ${hottest(root)}: ${frames}`
  })
}

function threads(sight: Sight): string[] {
  return sight.threads
    .filter(({ cpu, runQueue }) => cpu + runQueue >= 0.05)
    .toSorted((a, b) => b.cpu + b.runQueue - a.cpu - a.runQueue)
    .slice(0, 3)
    .map(
      ({ tid, name, cpu, runQueue, voluntary }) =>
        `thread ${tid} (${name}): ${cpu.toFixed(2)} of a core, ${runQueue.toFixed(2)} waiting for one, ${short(Math.round(voluntary))} voluntary switches a second`,
    )
}

function table({ process }: Sight): string[] {
  if (!process) return []
  return [`${process.fds} of ${process.fdLimit} descriptors open, ${process.threads} threads`]
}

function sockets(sight: Sight): string[] {
  const rows = (sight.sockets ?? []).map(
    ({ state, count, unread }) =>
      `${count} ${state}${unread ? ` (${unread} ${state === 'LISTEN' ? 'with connections waiting' : 'unread'})` : ''}`,
  )
  return rows.length ? [`sockets: ${rows.join(', ')}`] : []
}

const per = (n: number, { seconds }: Sight) => short(Math.round(n / Math.max(seconds, 1e-9)))
