import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Cell } from '../../lab/matrix/cell.ts'
import { repository } from '../../lab/places.ts'
import { ask, type Proof } from './proof.ts'

const FOLDER = join(repository, 'test/patches')

/** Each regression that ships: clean without the patch, and caught, as the class that its header names, with it. */
export async function* patches(): AsyncGenerator<Proof> {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith('.diff'))) {
    const file = join(FOLDER, name)
    const header = readFileSync(file, 'utf8')
    const words = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(header)?.[1]?.split(' ') ?? []
    const [expected] = words('Class')
    // Where a release has moved the code, the same bug takes another diff.
    const [go = 'local'] = words('Go')
    for (const by of [words('Caught by'), words('And by')].filter((line) => line.length)) {
      const { answer, complaint } = await ask(['matrix', ...by, '--go', go, '--patch', file, '-q'])
      const [plain, patched] = (answer as { cells: Cell[] } | undefined)?.cells ?? []
      const caught = plain?.outcome === 'pass' && patched?.outcome === 'fail' && patched.class === expected
      yield {
        name: `${name} by ${by.join(' ')}`,
        outcome: caught ? 'passed' : 'failed',
        text: [
          complaint,
          ...[plain, patched].map(
            (cell) => cell && [cell.outcome, cell.class, ...cell.reasons].filter(Boolean).join(' '),
          ),
        ]
          .filter(Boolean)
          .join('; then '),
      }
    }
  }
}
