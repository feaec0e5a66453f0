import { bounded, type Recipe } from '../recipe.ts'

const halfClose: Recipe = {
  title: 'requests after which the client shuts its side down, keeps the connection and reads nothing',
  byDefault: true,
  traffic(circumstances) {
    const hold = bounded(50, circumstances)
    return { client: 'half-close', flags: ['--rate', '50', '--hold', `${hold}`], arrivals: hold }
  },
}
export default halfClose
