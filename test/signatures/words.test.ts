import { expect, test } from 'vitest'
import { short } from '../../lab/signatures/words.ts'

test('numbers are short, and none of them has an exponent', () => {
  expect([0, 0.04, 3, 5.55, 9.6, 10.4, 999.6, 12_345, 1_234_567].map(short)).toEqual([
    '0',
    '0.04',
    '3',
    '6',
    '10',
    '10',
    '1.0k',
    '12k',
    '1.2M',
  ])
})
