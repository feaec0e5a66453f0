/** What a step showed: the same as the one end of the line, the same as the other, or nothing. */
export type Side = 'first' | 'last' | 'skip'

/** Between these two steps, which were both seen, it changed; those between them could not be judged. */
export interface Change {
  before: number
  after: number
  skipped: number[]
}

/**
 * Halves a line of steps whose ends (0 and `count - 1`) differ, until the change lies between neighbours, or all between are skipped. Like
 * `git bisect skip` it goes on with the step next to one that cannot be judged.
 */
export async function search(count: number, judge: (step: number) => Promise<Side>): Promise<Change> {
  let before = 0
  let after = count - 1
  const skipped = new Set<number>()
  for (;;) {
    const step = nearest(before, after, skipped)
    if (step === undefined) break
    const side = await judge(step)
    if (side === 'first') before = step
    else if (side === 'last') after = step
    else skipped.add(step)
  }
  return { before, after, skipped: [...skipped].filter((step) => before < step && step < after).sort((a, b) => a - b) }
}

/** The step nearest to the middle that has not been tried in vain. */
function nearest(before: number, after: number, skipped: ReadonlySet<number>): number | undefined {
  const middle = (before + after) / 2
  const open = Array.from({ length: Math.max(after - before - 1, 0) }, (_, i) => before + 1 + i).filter(
    (step) => !skipped.has(step),
  )
  return open.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0]
}
