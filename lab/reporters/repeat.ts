import { styleText } from 'node:util'
import type { Summary } from '../baseline/summary.ts'
import { share, withInterval } from './figures.ts'
import { borderless } from './table.ts'

/** All runs of an experiment together; the figures are medians, with 95 % intervals from 6 runs on. */
export function repeatReport({ runs, pass, fail, inconclusive, flake, phases }: Summary): string {
  const table = borderless(['phase', 'found', 'wake-ups/s', 'progress', 'cores', 'sane p50'])
  for (const { phase, found, wakeups, progress, cores, saneP50 } of phases)
    table.push([
      phase,
      Object.entries(found)
        .map(([what, times]) => `${what} ${times}/${runs}`)
        .join(', '),
      withInterval(wakeups),
      withInterval(progress),
      withInterval(cores),
      withInterval(saneP50, ' ms'),
    ])
  const headline = `${runs} runs: ${pass} pass, ${fail} fail, ${inconclusive} inconclusive`
  const flaky = flake ? `; runs unlike the rest: ${share(flake)}` : ''
  return `${styleText('bold', headline)}${flaky}\n\n${`${table}`.replaceAll(/ +$/gm, '')}\n`
}
