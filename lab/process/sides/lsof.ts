import { parseLsof } from '../../windows/lsof.ts'
import { besides } from '../besides.ts'
import type { Side } from '../side.ts'

const lsof: Side = {
  async look({ pid }) {
    const said = await besides(pid, ['lsof', '-n', '-P', '-w', '-p', `${pid}`, '-F', 'ftn'], 'apt-get install lsof')
    return 'missing' in said ? said : { files: parseLsof(said.stdout) }
  },
}
export default lsof
