import { type Command, Option } from 'commander'
import { positiveNumber } from '../arguments.ts'
import { withExperimentOptions } from '../experiment-options.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  withExperimentOptions(program.command('record'))
    .description('keep what an experiment shows as the baseline that later runs are compared with')
    .argument('<scenario>', 'see "spinlab list"')
    .option('--to <file>', 'file to write; default: SCENARIO.baseline.json')
    .option('--repeat <n>', 'hold it so many times; rates have an interval from 6 on', positiveNumber, 6)
    .addOption(new Option('--runner <name>', 'where the processes live').default('native'))
    .action(async (scenario, options) => {
      process.exitCode = await (await import('../commands/record.ts')).record(scenario, options, listenForStop())
    })
