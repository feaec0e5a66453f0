import type { Command } from 'commander'

export default (program: Command) =>
  program
    .command('clean')
    .description('remove what labs that were killed have left behind: containers, networks, volumes')
    .option('--images', 'the images that the lab built, too', false)
    .option('--force', 'also the stacks of labs that may still run: on another machine, or by hand', false)
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async (options) => {
      process.exitCode = await (await import('../commands/clean.ts')).clean(options)
    })
