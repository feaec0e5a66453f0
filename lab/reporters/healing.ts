import { styleText } from 'node:util'
import type { State } from '../healing/deed.ts'
import type { Healing } from '../healing/healing.ts'

/** What was done, or would be, and what came of it. */
export function healingReport({
  pid,
  name,
  fix,
  done,
  stoppedMs,
  before,
  after,
  deeds,
  does,
  cost,
  command,
  undo,
}: Healing): string {
  const rows: [string, string | undefined][] = [
    [done ? 'did' : 'does', does],
    ['cost', cost],
    ['stopped', done ? (stoppedMs ? `one thread, ${stoppedMs.toFixed(2)} ms at most` : 'nothing') : undefined],
    [
      'before',
      describe(
        deeds.map((deed) => deed.before),
        before,
      ),
    ],
    [
      'after',
      after
        ? describe(
            deeds.flatMap((deed) => deed.after ?? []),
            after,
          )
        : undefined,
    ],
    ['undo', undo ?? 'none'],
    ['do it', command ?? undefined],
  ]
  return [
    `${headline(before, after)}  ${name} (pid ${pid}): ${fix}`,
    ...rows.flatMap(([title, text]) => (text ? [`  ${styleText('bold', title.padEnd(8))}${text}`] : [])),
    '',
  ].join('\n')
}

function headline(before: Healing['before'], after: Healing['after']): string {
  if (!after) return styleText('yellow', 'plan')
  const { verdict } = after
  if (verdict === undefined) return styleText('green', 'done')
  if (verdict === 'spin') return styleText(['red', 'bold'], 'done, and it spins on')
  if (verdict === 'no-data') return styleText('yellow', 'done, and nothing is to be seen of the process')
  return styleText('green', before.verdict === 'spin' ? 'healed' : 'done, and no spin before or after')
}

function describe(states: readonly State[], { verdict, class: spin, cause, cpu }: Healing['before']): string {
  const seen =
    verdict === undefined
      ? []
      : [verdict === 'no-data' ? `no data: ${cause}` : `${spin ?? verdict}, it wants ${cpu?.toFixed(2)} cores`]
  const parts = states.flatMap(({ nofile, descriptor }) => [
    ...(nofile ? [`${nofile.open} descriptors, limit ${nofile.soft} (hard ${nofile.hard})`] : []),
    ...(descriptor ? [describeDescriptor(descriptor)] : []),
  ])
  return [...parts, ...seen].join('; ')
}

function describeDescriptor({ fd, open, kind, state, local, peer, sets }: NonNullable<State['descriptor']>): string {
  if (!open) return `fd ${fd} is closed`
  const ends = peer ? `, ${local} with ${peer}` : local ? `, ${local}` : ''
  const sought = sets?.length
    ? `, in epoll set ${sets.map(({ epfd, names }) => `${epfd} for ${names}`).join(' and ')}`
    : ', in no epoll set'
  return `fd ${fd} is a ${kind}${state ? ` in ${state}` : ''}${ends}${sought}`
}
