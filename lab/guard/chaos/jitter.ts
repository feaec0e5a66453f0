import { bounded, type Recipe } from '../recipe.ts'

const jitter: Recipe = {
  title: 'connections that say a bit or nothing, end by FIN, RST or silence, and come again at odd times',
  byDefault: true,
  traffic(circumstances) {
    const hold = bounded(50, circumstances)
    const flags = ['--rate', '100', '--jitter', '0.9', '--hold', `${hold}`]
    return { client: 'churn', flags: circumstances.protocol.tls ? [...flags, '--tls'] : flags, arrivals: 2 * hold }
  },
}
export default jitter
