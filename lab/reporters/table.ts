import { styleText } from 'node:util'
import Table from 'cli-table3'
import type { Outcome } from '../experiment/result.ts'

/** Columns and no lines. */
export function borderless(head: readonly string[]) {
  return new Table({
    head: head.map((title) => styleText('bold', title)),
    style: { head: [], 'padding-left': 0, 'padding-right': 2, compact: true },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '',
    },
  })
}

const COLOUR = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const
export const paint = (outcome: Outcome, text: string) => styleText(COLOUR[outcome], text)
