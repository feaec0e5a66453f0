import { Random } from './random.ts'

/** How the connection of an edge may die. */
export const ENDS = ['rst', 'vanish'] as const
type End = (typeof ENDS)[number]

export interface Odds {
  edges: number
  /** share of the arrivals in which an edge that is on dies */
  deaths: number
  ends: readonly End[]
}

/** Whom an arrival concerns, and what that edge does if it is on. */
export interface Lot {
  edge: number
  deed: 'speak' | End
  reading: string
}

/** First each edge has its turn, then whichever the seed says; whatever became of earlier arrivals. */
export function drawLot(seed: number, arrival: number, { edges, deaths, ends }: Odds): Lot {
  const random = new Random(seed, arrival)
  const edge = random.between(0, edges - 1)
  const dies = random.unit() < deaths
  const end = ends[random.between(0, ends.length - 1)] ?? 'rst'
  return {
    edge: arrival < edges ? arrival : edge,
    deed: dies ? end : 'speak',
    reading: `${random.between(150, 300) / 10}`,
  }
}
