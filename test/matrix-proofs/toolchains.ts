import type { Cell } from '../../lab/matrix/cell.ts'
import { ask, type Proof } from './proof.ts'

/** The machine's own Go, a release to be fetched, and Debian's golang-1.19-go. */
const TOOLCHAINS = ['local', 'go1.27.3', '/usr/lib/go-1.19']
/** The scenarios that a Go of 2022 can build too. */
const SCENARIOS = ['tls-storm', 'fd-exhaustion', 'half-close', 'deadline-listener']

/** Each scenario, with the first of its fixes, has its expected verdicts whichever Go has built the target. */
export async function* toolchains(): AsyncGenerator<Proof> {
  const { answer } = await ask(['list'])
  const { scenarios } = answer as { scenarios: { name: string; fixes: { name: string }[] }[] }
  for (const name of SCENARIOS) {
    const fix = scenarios.find((scenario) => scenario.name === name)?.fixes[0]?.name
    const { answer, complaint } = await ask([
      'matrix',
      name,
      '--brief',
      ...(fix ? ['--fix', fix] : []),
      '--go',
      TOOLCHAINS.join(),
      '-q',
    ])
    const cells = (answer as { cells: Cell[] } | undefined)?.cells
    if (!cells) yield { name, outcome: 'failed', text: complaint }
    for (const { toolchain, outcome, verdict, class: spin, reasons } of cells ?? [])
      yield {
        name: `${name} with ${toolchain}`,
        outcome: outcome === 'pass' ? 'passed' : outcome === 'unsupported' ? 'skipped' : 'failed',
        text: [outcome, verdict, spin, ...reasons].filter(Boolean).join(' '),
      }
  }
}
