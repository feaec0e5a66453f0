import type { Recipe } from '../recipe.ts'

/** Descriptors that the server has left; twice as many connections come. */
const LEFT = 64

const fdExhaustion: Recipe = {
  title: 'more connections than the server has descriptors left',
  byDefault: false,
  leaves: LEFT,
  traffic: () => ({
    client: 'hold-connections',
    flags: ['--rate', '200', '--hold', `${2 * LEFT}`],
    arrivals: 2 * LEFT,
  }),
}
export default fdExhaustion
