import { binary } from '../../places.ts'
import native from '../../runners/native.ts'
import type { Check } from '../check.ts'

const dropRules: Check = {
  ability: 'make a peer vanish without FIN or RST, by a drop rule in the run’s own network namespace',
  without: 'the variants whose peers vanish',
  async attempt() {
    await using stage = await native.open()
    await using vanish = stage.clients.run([binary('vanish'), '1'])
    vanish.tell('127.1.0.1')
    for await (const _address of vanish.lines) return { works: true, found: 'netfilter takes rules' }
    return {
      works: false,
      found: vanish.complaint().trim(),
      remedy: 'use a kernel with nf_tables (modprobe nf_tables)',
    }
  },
}
export default dropRules
