import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const inRepository = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
/** `.js` in the packed tool, which is laid out as the repository is. */
const extension = extname(import.meta.url)
/** How a user calls the tool. */
export const invocation = extension === '.ts' ? 'bin/spinlab' : 'npx spinlab'

/** The Go programs that make builds. */
export const binary = (
  name: 'demo' | 'target' | 'supervise' | 'sandbox-init' | 'vanish' | 'room' | 'probe' | 'docker-compose',
) => inRepository(`.build/bin/${name}`)
/** A chaos client's program. */
export const client = (name: string) => inRepository(`clients/${name}${extension}`)
/** The folder whose files are the scenarios. */
export const scenarioFolder = inRepository('lab/scenarios')
export const repository = inRepository('')
/** The folder whose files are the runners. */
export const runnerFolder = inRepository('lab/runners')
/** The Go module of the target. */
export const targetModule = inRepository('servers')
/** The certificates of the day, with their keys: of a CA that nothing but the lab's clients trusts. */
export const keptCertificates = inRepository('.build/certificates.json')
/** What the lab builds while it runs: targets and programs of other Gos, versions and patches. */
export const builds = inRepository('.build/programs')
