import type { ExperimentResult } from './experiment/result.ts'
import { type HoldOptions, hold } from './hold.ts'

/** Holds one experiment so many times, or until stopped; each result is handed out as soon as it is there. */
export async function holdRepeatedly(
  name: string,
  options: HoldOptions & { repeat: number },
  stop: AbortSignal,
  after: (result: ExperimentResult) => void = () => {},
): Promise<ExperimentResult[]> {
  const results: ExperimentResult[] = []
  for (let i = 0; i < options.repeat && !stop.aborted; i++) {
    const result = await hold(name, options, stop)
    results.push(result)
    after(result)
  }
  return results
}
