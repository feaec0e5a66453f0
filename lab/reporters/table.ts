import { styleText } from 'node:util'
import Table from 'cli-table3'

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

const COLOUR = { pass: 'green', fail: 'red', inconclusive: 'yellow', unsupported: 'yellow', error: 'red' } as const
export const paint = (outcome: keyof typeof COLOUR, text: string) => styleText(COLOUR[outcome], text)

/** 512345 -> `512k` */
export function compact(value: number | null): string {
  return value === null
    ? '-'
    : new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(value)
}

export const milliseconds = (value: number | null) => (value === null ? '-' : `${value.toFixed(1)} ms`)
