import { type Command, Option } from 'commander'
import { names, positiveNumber, ratio } from '../arguments.ts'
import { usage } from '../errors.ts'
import { withExperimentOptions } from '../experiment-options.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  withExperimentOptions(program.command('repro'))
    .description('hold the experiment of a scenario: baseline, fault, each fix, revert, relapse')
    .argument('[scenario]', 'see "spinlab list"')
    .addOption(new Option('--all', 'every scenario, one after the other').conflicts(['variant', 'fix', 'repeat']))
    .option('--only <names>', 'with --all: these scenarios, separated by commas', names, [])
    .option('--skip <names>', 'with --all: not these scenarios', names, [])
    .option('--all-variants', 'with --all: every variant with every fix, taken back and on from the start', false)
    .option('--repeat <n>', 'hold it so many times', positiveNumber, 1)
    .addOption(new Option('--against <file>', 'a baseline that it must be no worse than').conflicts('all'))
    .option('--worse-than <ratio>', 'with --against: from how many times a rate on it is worse', ratio, 1.25)
    .addOption(new Option('--runner <name>', 'where the processes live').default('native'))
    .option('--junit <file>', 'write a JUnit report')
    .action(async (scenario, { all, ...options }) => {
      if (Boolean(all) === (scenario !== undefined))
        throw usage('repro takes either a scenario or --all; see "spinlab list"')
      if (!all && (options.only.length || options.skip.length || options.allVariants))
        throw usage('--only, --skip and --all-variants go with --all')
      process.exitCode = all
        ? await (await import('../commands/repro-all.ts')).reproAll(options, listenForStop())
        : await (await import('../commands/repro.ts')).repro(scenario, options, listenForStop())
    })
