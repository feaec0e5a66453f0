import type { Check } from '../check.ts'

const NEEDED = 24

const node: Check = {
  ability: `run the lab on Node ${NEEDED}`,
  without: 'everything: it runs its TypeScript as it is',
  async attempt() {
    const works = Number.parseInt(process.versions.node, 10) >= NEEDED
    return { works, found: process.version, ...(!works && { remedy: 'npm ci, which brings it' }) }
  },
}
export default node
