import type { Bench } from './bench.ts'

/**
 * `holds`: what was seen is what the article says. `refuted`: it is not. `depends`: it is so under some of the conditions that were tried, which
 * the figure names. `no-data`: it could not be tried here.
 */
export type ClaimVerdict = 'holds' | 'refuted' | 'depends' | 'no-data'

/** What a test of a claim found, in words that hold the figures. */
export interface Measured {
  verdict: ClaimVerdict
  measured: string
  /** folder of the recorded run that it rests on */
  run?: string
}

/** A sentence of the article that can be tested. */
export interface Claim {
  /** stable */
  id: string
  /** chapter or section of the article */
  section: string
  /** in English */
  sentence: string
  /** what is done to test it, as a user would type it where that is possible */
  command: string
  /** what is seen if the sentence is true */
  expected: string
  /** Tries it now. What throws is no-data. */
  test(bench: Bench): Promise<Measured>
}

/** Verdict of a yes or no. */
export const told = (holds: boolean, measured: string, run?: string): Measured => ({
  verdict: holds ? 'holds' : 'refuted',
  measured,
  ...(run && { run }),
})

/** It could not be tried. */
export const untried = (reason: string): Measured => ({ verdict: 'no-data', measured: reason })
