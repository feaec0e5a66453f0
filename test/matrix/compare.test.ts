import { expect, test } from 'vitest'
import { compared } from '../../lab/matrix/compare.ts'
import { cellOf, runOf } from './cells.ts'

const HEALTHY = [0.1, 0.11, 0.09, 0.1, 0.12, 0.1].map((cores) => runOf('pass', cores))
const SPINNING = [1, 1.1, 0.9, 1, 1.2, 1].map((cores) => runOf('fail', cores))

const comparison = (unchanged: typeof HEALTHY, changed: typeof HEALTHY) =>
  compared([cellOf({ runs: unchanged }), cellOf({ patch: 'a.diff', runs: changed })], 1)[1]?.comparison

test('a patch that makes it spin differs in outcome, cores and wake-ups, by how much', () => {
  const found = comparison(HEALTHY, SPINNING)
  expect(found?.outcome.differs).toBe(true)
  expect(found?.cores.differs).toBe(true)
  expect(found?.cores.ratio?.median).toBeCloseTo(10)
  expect(found?.cores.ratio?.interval?.[0]).toBeGreaterThan(5)
  expect(found?.wakeups.differs).toBe(true)
})

test('a patch without effect does not differ', () => {
  const found = comparison(HEALTHY, HEALTHY.toReversed())
  expect(found?.outcome).toMatchObject({ differs: false })
  expect(found?.cores.differs).toBe(false)
})

test('one run of each judges nothing', () =>
  expect(comparison(HEALTHY.slice(0, 1), SPINNING.slice(0, 1))).toMatchObject({
    outcome: { p: null, differs: null },
    cores: { p: null, differs: null },
  }))

test('the unchanged cell of another Go, or one that did not run, is nothing to compare with', () => {
  const cells = compared(
    [
      cellOf({ runs: HEALTHY, toolchain: 'go1.27.3' }),
      cellOf({ runs: [], outcome: 'unsupported' }),
      cellOf({ patch: 'a.diff', runs: SPINNING }),
    ],
    1,
  )
  expect(cells.map((cell) => cell.comparison)).toEqual([null, null, null])
})
