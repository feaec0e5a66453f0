import type { Command } from 'commander'
import { collect, names, positiveNumber } from '../arguments.ts'
import { withExperimentOptions } from '../experiment-options.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  withExperimentOptions(program.command('matrix'))
    .description('scenarios, or a Go program of yours, with several Gos, patches and GODEBUG settings')
    .argument('<subject...>', 'scenarios, or folders of Go programs (with a "/" in them)')
    .option('--go <names>', 'local, releases such as go1.27.3, paths of GOROOTs; separated by commas', names, ['local'])
    .option(
      '--patch <file>',
      'a unified diff against Go or a dependency, beside the unchanged (may be repeated)',
      collect,
      [],
    )
    .option('--godebug <settings>', 'a value of GODEBUG, beside the unchanged (may be repeated)', collect, [])
    .option('--repeat <n>', 'fill each cell so many times', positiveNumber, 1)
    .option('--junit <file>', 'write a JUnit report')
    .action(async (subjects, options) => {
      process.exitCode = await (await import('../commands/matrix.ts')).matrix(subjects, options, listenForStop())
    })
