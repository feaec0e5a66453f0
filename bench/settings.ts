import { parseArgs } from 'node:util'
import { usage } from '../lab/errors.ts'

export interface Settings {
  /** of one run */
  seconds: number
  rounds: number
  seed: number
}

export function readSettings(args: string[]): Settings {
  const text = { type: 'string' } as const
  const { values } = parse(() => parseArgs({ args, options: { seconds: text, rounds: text, seed: text } }))
  const whole = (name: keyof typeof values, fallback: number) => {
    const value = values[name] ?? `${fallback}`
    if (!/^[1-9]\d{0,8}$/.test(value)) throw usage(`--${name} ${value} is not a whole number of at least 1`)
    return Number(value)
  }
  return { seconds: whole('seconds', 2), rounds: whole('rounds', 11), seed: whole('seed', 1) }
}

function parse<T>(attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    throw usage(`${error instanceof Error ? error.message : error}; the options are --seconds, --rounds and --seed`)
  }
}
