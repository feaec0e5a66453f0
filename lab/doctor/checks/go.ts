import { join } from 'node:path'
import { repository } from '../../places.ts'
import type { Check } from '../check.ts'
import { firstLine } from '../first-line.ts'

const go: Check = {
  ability: 'build the Go programs, and targets with other Go releases',
  without: 'what is not built yet, and the runtime matrix',
  async attempt() {
    // An older toolchain refuses the module, or fetches the one that it asks for.
    const accepts = await firstLine('go', '-C', join(repository, 'servers'), 'list', '-m')
    const version = await firstLine('go', 'version')
    if (accepts) return { works: true, found: version ?? 'go' }
    const found = version ? `${version} refuses servers/go.mod` : 'go is not installed'
    return { works: false, found, remedy: 'https://go.dev/dl, the current release' }
  },
}
export default go
