import { geometricMean } from 'simple-statistics'
import type { Random } from '../clients/random.ts'
import type { Room } from '../lab/stage/room.ts'
import { underLoad } from './load.ts'
import { type Observed, whileObserved } from './observed.ts'
import type { Observation } from './observers.ts'
import type { Subject } from './subject.ts'

/** One observed run against the two unobserved ones around it. */
export interface Pair extends Pick<Observed, 'cores' | 'reading' | 'counting' | 'first'> {
  /** requests a second without the observer over those with it */
  slowdown: number
  /** server CPU for one request with the observer over that without it */
  cpu: number
}

/**
 * Each round has every observation once, in random order, with an unobserved run before and after each: what else the
 * machine does drifts over a round, and hardly over three neighbouring runs, and what drifts evenly cancels out.
 */
export async function* rounds(
  room: Room,
  subject: Subject,
  observations: readonly Observation[],
  { rounds, seconds, random }: { rounds: number; seconds: number; random: Random },
): AsyncGenerator<{ observation: Observation; pair: Pair }> {
  // The first one warms the server up.
  await underLoad(room, subject, seconds)
  let before = await underLoad(room, subject, seconds)
  for (let round = 0; round < rounds; round++)
    for (const observation of random.shuffle(observations)) {
      const { rate, cpu, ...observer } = await whileObserved(room, subject, observation, seconds)
      const after = await underLoad(room, subject, seconds)
      const pair: Pair = {
        ...observer,
        slowdown: geometricMean([before.rate, after.rate]) / rate,
        cpu: cpu / geometricMean([before.cpu, after.cpu]),
      }
      yield { observation, pair }
      before = after
    }
}
