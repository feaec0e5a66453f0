import { execa } from 'execa'
import { repository } from '../lab/places.ts'

export const SPINLAB = `${repository}bin/spinlab`

/** Runs the tool as a user would; never rejects. */
export const spinlab = (...args: string[]) =>
  execa(SPINLAB, args, { reject: false, stdin: 'ignore', env: { NO_COLOR: '1' } })
