import type { Command } from 'commander'
import { processId } from '../arguments.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  program
    .command('diagnose')
    .description('say what is wrong with a running process, and what to do; reads only')
    .argument('<pid>', 'process id', processId)
    .option('--tree', 'look at the busiest process under it', false)
    .option('--watch', 'again and again, until stopped or the process ends', false)
    .option('--collector <name>', 'the observer that judges', 'auto')
    .option(
      '--pprof <url>',
      "address of a Go program's net/http/pprof, e.g. http://127.0.0.1:6060/debug/pprof; it collects its garbage twice for that",
    )
    .option('--schedtrace <file>', 'file that a Go program writes its GODEBUG=schedtrace to')
    .option('--json', 'print one JSON object and nothing else (with --watch: one a line)', false)
    .action(async (pid, options) => {
      const stop = listenForStop()
      const code = await (await import('../commands/diagnose.ts')).diagnose(pid, options, stop.signal)
      process.exitCode = stop.exitCode ?? code
    })
