import type { Command } from 'commander'
import { duration } from '../arguments.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  program
    .command('bisect')
    .description('find the version, or the patch of a series, with which a spin of a Go program appeared or went away')
    .argument('<program>', 'folder of a Go program')
    .option('--module <path>', 'the dependency whose versions are tried')
    .option('--good <version>', 'one that does not spin')
    .option('--bad <version>', 'one that does')
    .option('--versions <file>', 'the versions, one a line, the oldest first; default: those that are listed')
    .option('--patches <dir>', 'a series of patches instead, in the order of their names')
    .option('--go <name>', 'local, a release such as go1.27.3, or the path of a GOROOT', 'local')
    .option(
      '--timeout <duration>',
      'longest time of one step until it is ready, and again until its verdict',
      duration,
      30_000,
    )
    .option('--collector <name>', 'the observer that judges', 'auto')
    .option('--json', 'print one JSON object and nothing else', false)
    .option('-q, --quiet', 'no progress', false)
    .action(async (program, options) => {
      process.exitCode = await (await import('../commands/bisect.ts')).bisect(program, options, listenForStop())
    })
