import { join } from 'node:path'
import type { Bisection } from '../../lab/bisect/bisect.ts'
import { repository } from '../../lab/places.ts'
import { ask, type Proof } from './proof.ts'

interface Case {
  program: string
  module: string
  good: string
  bad: string
  /** what the answer must be */
  before: string
  after: string
}

/** Real bugs of released modules, and where they are known to have gone away. */
const CASES: readonly Case[] = [
  {
    // golang/go#49615
    program: 'xnet',
    module: 'golang.org/x/net',
    good: 'v0.0.0-20211209124913-491a49abca63',
    bad: 'v0.0.0-20211111160137-58aab5ef257a',
    before: 'v0.0.0-20211112202133-69e39bad7dc2',
    after: 'v0.0.0-20211116231205-47ca1ff31462',
  },
  {
    // The commit that is named as the fix came with v1.4.0, and that still spins.
    program: 'gnet',
    module: 'github.com/panjf2000/gnet',
    good: 'v1.4.1',
    bad: 'v1.3.2',
    before: 'v1.4.0',
    after: 'v1.4.1',
  },
]

export async function* bisections(): AsyncGenerator<Proof> {
  for (const { program, module, good, bad, before, after } of CASES) {
    const folder = join(repository, 'test/bisect', program)
    const ends = ['--module', module, '--good', good, '--bad', bad, '--versions', join(folder, 'versions')]
    const { answer, complaint } = await ask(['bisect', folder, ...ends, '-q'])
    const found = answer as Bisection | undefined
    const right = found?.outcome === 'pass' && found.before === before && found.after === after
    yield {
      name: `bisect ${module}`,
      outcome: right ? 'passed' : 'failed',
      text: found
        ? `${found.outcome}: ${found.class} ${found.change} in ${found.after} after ${found.before}`
        : complaint,
    }
  }
}
