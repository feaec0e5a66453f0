import { expect, test } from 'vitest'
import { type CellOutcome, worstOf } from '../../lab/matrix/cell.ts'

test.each<[CellOutcome[], CellOutcome]>([
  [['pass', 'pass'], 'pass'],
  [['pass', 'inconclusive'], 'inconclusive'],
  [['inconclusive', 'unsupported', 'pass'], 'unsupported'],
  [['unsupported', 'error', 'inconclusive'], 'error'],
  [['error', 'fail', 'unsupported'], 'fail'],
  [[], 'unsupported'],
])('of %j the worst is %s', (outcomes, worst) => expect(worstOf(outcomes)).toBe(worst))
