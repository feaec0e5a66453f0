import type { Check } from '../check.ts'
import { tryCollector } from '../collector-check.ts'
import { firstLine } from '../first-line.ts'

const strace: Check = {
  ability: 'attach strace to a process',
  without: 'the witness that sees each call and descriptor',
  attempt: async () => tryCollector('strace', (await firstLine('strace', '--version')) ?? 'attached'),
}
export default strace
