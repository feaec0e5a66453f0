import type { Command } from 'commander'

export default (program: Command) =>
  program
    .command('doctor')
    .description('try what this machine permits, and name the remedy for each lack')
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async (options) => {
      process.exitCode = await (await import('../commands/doctor.ts')).doctor(options)
    })
