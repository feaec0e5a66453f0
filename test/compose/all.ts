import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { execa } from 'execa'
import { findCompose } from '../../lab/docker/compose-program.ts'
import { findEngine } from '../../lab/docker/engine.ts'
import { EXIT } from '../../lab/errors.ts'
import { repository } from '../../lab/places.ts'
import { countVitest } from '../count-vitest.ts'
import { ownEngine } from './own-engine.ts'

/**
 * The tests that need a Docker engine: with the one that answers, or, where none does and dockerd is installed, with one of their own, which is
 * stopped then. Arguments name the scenarios; none: all.
 */
const ENGINE = `/tmp/spinlab-engine-${createHash('sha256').update(repository).digest('hex').slice(0, 8)}`

async function main(scenarios: readonly string[]): Promise<number> {
  await using resources = new AsyncDisposableStack()
  const lack = await findEngine().then(
    () => undefined,
    (error: Error) => error.message,
  )
  if (lack) {
    if (process.getuid?.() !== 0 || !(await installed('dockerd'))) return unsupported(lack)
    process.env.DOCKER_HOST = resources.use(await ownEngine(ENGINE)).host
    process.env.SPINLAB_OWN_ENGINE = '1'
    await execa(`${repository}compose/offline-images`, { stderr: 'inherit' })
  }
  if (
    await findCompose().then(
      () => false,
      () => true,
    )
  )
    await execa('make', ['-C', repository, '--no-print-directory', 'compose'], {
      stdout: process.stderr,
      stderr: 'inherit',
    })
  process.env.SPINLAB_SCENARIOS = scenarios.join()
  const { passed, failed, skipped } = await countVitest('--config', 'test/compose/vitest.config.ts')
  for (const reason of skipped) process.stdout.write(`skipped  ${reason}\n`)
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`)
  return failed || (process.env.SPINLAB_STRICT && skipped.length) ? 1 : 0
}

const installed = async (program: string) =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`))

function unsupported(lack: string): number {
  process.stderr.write(
    `test-compose: ${lack}; or install dockerd and be root: then the tests start an engine of their own\n`,
  )
  return EXIT.unsupported
}

process.exitCode = await main(process.argv.slice(2))
