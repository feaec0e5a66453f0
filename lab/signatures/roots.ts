import { remember } from '../remember.ts'
import type { Stack } from '../windows/window.ts'
import { groupBy, sum } from './sums.ts'

/** Samples of CPU time that belong together: those of one thread, or of all goroutines that began with the same function. */
export interface Root {
  /** function that the goroutines began with, `runtime` for Go's scheduler and collector, or `thread N` */
  name: string
  tid: number
  samples: number
  cores: number
  stacks: Stack[]
}

/** Shares the cores out by samples. Goroutines wander between threads, so in Go programs a thread means nothing. */
export function rootsOf(stacks: readonly Stack[], cores: number): Root[] {
  const all = sum(stacks.map((stack) => stack.samples))
  return groupBy(stacks, rootOf)
    .map((group) => {
      const samples = sum(group.map((stack) => stack.samples))
      return { name: rootOf(group[0]), tid: group[0].tid, samples, cores: (cores * samples) / all, stacks: group }
    })
    .toSorted((a, b) => b.samples - a.samples)
}

const rootOf = remember(({ user, tid }: Stack): string => {
  const end = user.findIndex((frame) => frame.startsWith('runtime.goexit'))
  const first = end > 0 ? functionOf(user[end - 1] ?? '') : ''
  if (first && (!first.startsWith('runtime.') || first === 'runtime.main')) return first
  return user.some((frame) => frame.startsWith('runtime.')) ? 'runtime' : `thread ${tid}`
})

/** Of a Go program it is not: there the scheduler and the collector are a root, and all goroutines of one function. */
export const isThread = ({ name }: Root) => name.startsWith('thread ')
export const isGo = (roots: readonly Root[]) => roots.some((root) => !isThread(root))

/** `function` of `function file:line`. */
export const functionOf = (frame: string) => frame.split(' ')[0] ?? frame

/** Share of the samples with a frame that matches; 0 of no samples. */
export function shareOf(stacks: readonly Stack[], matches: (stack: Stack) => boolean): number {
  const all = sum(stacks.map((stack) => stack.samples))
  return all === 0 ? 0 : sum(stacks.map((stack) => (matches(stack) ? stack.samples : 0))) / all
}
