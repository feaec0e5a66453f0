import { type Command, Option } from 'commander'
import { collect, collectNumbers, positiveNumber, processId } from '../arguments.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  program
    .command('heal')
    .description('end the spin of a running process from outside; says what it would do, and does it only with --yes')
    .argument('<pid>', 'process id', processId)
    .option('--fix <name>', 'raise-nofile, epoll-del, shutdown-fd or close-fd; "spinlab diagnose" says which')
    .option('--fd <n>', 'the descriptor that it is done to (may be repeated: to each of them)', collectNumbers, [])
    .option(
      '--inode <n>',
      'do nothing unless the descriptor is still this one (once for each --fd)',
      collectNumbers,
      [],
    )
    .option(
      '--nofile <n>',
      'the soft limit of raise-nofile; default: four times what it is, at least 4096',
      positiveNumber,
    )
    .addOption(
      new Option('--undo <json>', 'take back what was done: the command is printed when it is (may be repeated)')
        .argParser(collect)
        .default([])
        .conflicts(['fix', 'fd', 'inode', 'nofile']),
    )
    .option('--yes', 'do it, and look whether the spin has ended', false)
    .option('--json', 'print one JSON object and nothing else', false)
    .action(async (pid, options) => {
      const stop = listenForStop()
      const code = await (await import('../commands/heal.ts')).heal(pid, options, stop.signal)
      process.exitCode = stop.exitCode ?? code
    })
