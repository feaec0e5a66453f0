import { InvalidArgumentError } from 'commander'
import { durationOf } from './duration.ts'

// What flags hold, from text; each says what it must be.

/** PID_MAX_LIMIT of include/linux/threads.h. */
const MAX_PID = 4_194_304

export function collect(value: string, previous: string[]): string[] {
  return [...previous, value]
}

export function names(value: string): string[] {
  return value.split(',').filter(Boolean)
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('it must be a whole number from 0 on, e.g. 42.')
  return Number(text)
}

export function collectNumbers(text: string, previous: number[]): number[] {
  return [...previous, wholeNumber(text)]
}

export function processId(text: string): number {
  if (!/^[1-9]\d*$/.test(text) || Number(text) > MAX_PID)
    throw new InvalidArgumentError(`it must be a process id, from 1 to ${MAX_PID}.`)
  return Number(text)
}

export function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError('it must be 1 or more.')
  return value
}

export function ratio(text: string): number {
  const value = Number(text)
  if (!(value > 1)) throw new InvalidArgumentError('it must be a number above 1, e.g. 1.25.')
  return value
}

export function duration(text: string): number {
  const ms = durationOf(text)
  if (ms === undefined) throw new InvalidArgumentError('it must be a duration with its unit: ms, s or m, e.g. 30s.')
  return ms
}
