import type { Command } from 'commander'

export default (program: Command) =>
  program
    .command('list')
    .description('the scenarios, their variants and fixes')
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async (options) => {
      process.exitCode = await (await import('../commands/list.ts')).list(options)
    })
