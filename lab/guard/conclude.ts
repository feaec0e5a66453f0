import type { Outcome } from '../experiment/result.ts'
import type { GuardResult } from './result.ts'

/** What was served before must be served again so long after the chaos has gone. */
export const RECOVERY_SECONDS = 10

const WHEN = { during: 'under', after: 'after', both: 'under and still after' } as const

interface Seen extends Pick<GuardResult, 'idle' | 'chaos' | 'sane' | 'interrupted'> {
  /** why there is no server any more */
  end: string | undefined
}

/** Pure: what the guard's observations amount to. */
export function conclude({ idle, chaos, sane, end, interrupted }: Seen): { outcome: Outcome; reasons: string[] } {
  const failures = [
    ...(idle?.verdict === 'spin' ? [`it spins under sane connections alone: ${idle.class}: ${idle.cause}`] : []),
    ...chaos
      .filter(({ verdict }) => verdict === 'spin')
      .map(({ client, class: spin, cause, when }) => `it spins ${WHEN[when ?? 'during']} ${client}: ${spin}: ${cause}`),
    ...(end === undefined ? [] : [`a dead server does not spin either: ${end}`]),
    ...(end === undefined && !interrupted && chaos.length && sane.before.ok > 0 && sane.after.ok === 0
      ? [`no sane connection was served in ${RECOVERY_SECONDS} s after the chaos had gone`]
      : []),
  ]
  const doubts = [
    ...(interrupted ? ['it was interrupted'] : []),
    ...(idle?.verdict === 'no-data' ? [`nothing could be seen of it: ${idle.cause}`] : []),
    ...chaos.filter(({ verdict }) => verdict === 'no-data').map(({ client, cause }) => `${client}: no data: ${cause}`),
  ]
  const outcome = failures.length ? 'fail' : doubts.length ? 'inconclusive' : 'pass'
  return { outcome, reasons: [...failures, ...doubts] }
}
