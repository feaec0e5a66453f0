import { parseSs } from '../../windows/ss.ts'
import { besides } from '../besides.ts'
import type { Side } from '../side.ts'

/** Established and closing TCP connections with what the kernel knows of each. */
const ss: Side = {
  async look({ pid }) {
    const said = await besides(pid, ['ss', '-H', '-t', '-i', '-n', '-p'], 'apt-get install iproute2')
    return 'missing' in said ? said : { connections: parseSs(said.stdout, pid) }
  },
}
export default ss
