import { expect, test } from 'vitest'
import { noData } from '../../lab/diagnosis/no-data.ts'
import { conclude } from '../../lab/guard/conclude.ts'
import type { Trial } from '../../lab/guard/result.ts'

const trial = (seen: Partial<Trial>): Trial => ({
  client: 'jitter',
  title: '',
  verdict: 'healthy',
  class: null,
  cause: null,
  when: null,
  evidence: [],
  cpu: 0,
  descriptors: null,
  arrivals: 1,
  closedByServer: 0,
  seconds: 1,
  ...seen,
})
const served = { ok: 5, failed: 0, p50: 1, p99: 1, errors: {} }
const none = { ...served, ok: 0, failed: 5 }
const healthy = { ...noData(1, ''), verdict: 'healthy' as const }
const sound = {
  idle: healthy,
  chaos: [trial({})],
  sane: { before: served, during: served, after: served },
  interrupted: false,
  end: undefined,
}

test.each([
  ['healthy throughout', {}, 'pass', undefined],
  ['not served during the chaos alone', { sane: { ...sound.sane, during: none } }, 'pass', undefined],
  ['not served any more', { sane: { ...sound.sane, after: none } }, 'fail', 'no sane connection was served in 10 s'],
  ['never served', { sane: { before: none, during: none, after: none } }, 'pass', undefined],
  [
    'a spin that stays',
    { chaos: [trial({ verdict: 'spin', class: 'userland-loop', cause: 'it is stuck', when: 'both' })] },
    'fail',
    'it spins under and still after jitter: userland-loop: it is stuck',
  ],
  ['dead', { end: 'it ended with 7' }, 'fail', 'a dead server does not spin either: it ended with 7'],
  ['no data of one kind', { chaos: [trial({ verdict: 'no-data', cause: 'x' })] }, 'inconclusive', 'jitter: no data: x'],
  ['no data at all', { idle: noData(1, 'x') }, 'inconclusive', 'nothing could be seen of it: x'],
  ['interrupted', { interrupted: true }, 'inconclusive', 'it was interrupted'],
  [
    'a spin and no data',
    { idle: noData(1, 'x'), chaos: [trial({ verdict: 'spin' })] },
    'fail',
    'it spins under jitter',
  ],
])('%s', (_, seen, outcome, reason) => {
  const concluded = conclude({ ...sound, ...seen })
  expect(concluded.outcome).toBe(outcome)
  if (reason) expect(concluded.reasons[0]).toContain(reason)
  else expect(concluded.reasons).toEqual([])
})
