import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { EXIT, SpinlabError } from './errors.ts'
import { loadModule, moduleNames } from './folder-modules.ts'

const VERBS = fileURLToPath(new URL('verbs', import.meta.url))

const program = new Command('spinlab')
  .description(
    'Makes busy spins of network servers appear on demand, proves their cause, heals them live and proves the healing.',
  )
  .version('0.1.0')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'spinlab: ')) })

try {
  const all = moduleNames(VERBS)
  const asked = all.filter((verb) => verb === process.argv[2])
  // Only help needs them all.
  for (const verb of asked.length ? asked : all) {
    const declare = await loadModule<(program: Command) => unknown>('verb', VERBS, verb)
    declare(program)
  }
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** One line for the user, and the exit code. */
function report(error: unknown): number {
  // commander has printed its own line; help and version come here too, with 0.
  if (error instanceof Error && 'exitCode' in error && error.name === 'CommanderError')
    return error.exitCode === 0 ? 0 : EXIT.usage
  if (error instanceof SpinlabError) {
    process.stderr.write(`spinlab: ${error.message}\n`)
    return error.exitCode
  }
  process.stderr.write(`spinlab: the lab failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
  return EXIT.broken
}
