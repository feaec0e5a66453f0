import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { repository } from '../lab/places.ts'

const VITEST = join(repository, 'node_modules', '.bin', 'vitest')

export interface Count {
  passed: number
  failed: number
  /** what could not run, and why */
  skipped: string[]
}

/** Runs vitest with further arguments, and counts. */
export async function countVitest(...argv: string[]): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'spinlab-'))
  try {
    const file = join(folder, 'vitest.json')
    const { failed } = await execa(
      // It dies with this process, however that ends.
      'setpriv',
      // By name it would run on whatever node the machine has.
      [
        '--pdeathsig',
        'TERM',
        process.execPath,
        VITEST,
        'run',
        ...argv,
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${file}`,
      ],
      {
        cwd: repository,
        // As bin/spinlab has it: hundreds of clients start, and none needs to compile what another has.
        env: { NODE_COMPILE_CACHE: join(repository, '.build', 'compiled') },
        reject: false,
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    )
    const report: VitestReport = JSON.parse(await readFile(file, 'utf8'))
    const skipped = report.testResults
      .flatMap((result) => result.assertionResults)
      .filter((test) => test.status === 'skipped' || test.status === 'pending' || test.status === 'todo')
      .map((test) => `${test.fullName}: ${test.meta?.skipped ?? 'skipped'}`)
    // A file that cannot be loaded has no tests that could fail.
    const broken = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.every((test) => test.status !== 'failed'),
    )
    const count = { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped }
    return failed && count.failed === 0 ? { ...count, failed: 1 } : count
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  testResults: {
    status: string
    assertionResults: { fullName: string; status: string; meta?: { skipped?: string } }[]
  }[]
}
