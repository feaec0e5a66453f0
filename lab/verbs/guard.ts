import type { Command } from 'commander'
import { collect, duration, positiveNumber, wholeNumber } from '../arguments.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  program
    .command('guard')
    .description('start any server in a sandbox, send it chaos beside sane connections, and fail if it spins')
    .argument('<command...>', 'the server and its arguments, after --')
    .option('--chaos <client>', 'this kind of chaos (may be repeated); default: what any server must bear', collect, [])
    .option('--port <n>', 'look at this port alone', positiveNumber)
    .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
    .option('--timeout <duration>', 'time until the server must listen, e.g. 30s', duration, 30_000)
    .option('--junit <file>', 'write a JUnit report')
    .option('--json', 'print one JSON object and nothing else', false)
    .option('-q, --quiet', 'no progress', false)
    .action(async (command, options) => {
      process.exitCode = await (await import('../commands/guard.ts')).guard(command, options, listenForStop())
    })
