import { findCompose } from '../../docker/compose-program.ts'
import type { Check } from '../check.ts'
import { remedied } from '../remedied.ts'

const compose: Check = {
  ability: 'make Compose stacks',
  without: 'the Compose runner (--runner compose)',
  attempt: () => remedied('make compose', findCompose),
}
export default compose
