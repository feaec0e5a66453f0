import type { Command } from 'commander'

export default (program: Command) =>
  program
    .command('analyze')
    .description('judge a recorded run again')
    .argument('<run>', 'a run folder, e.g. artifacts/tls-storm/latest')
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async (run, options) => {
      process.exitCode = await (await import('../commands/analyze.ts')).analyze(run, options)
    })
