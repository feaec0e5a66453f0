import type { Command } from 'commander'
import { collect, duration, wholeNumber } from './arguments.ts'

/** The options of every verb that holds experiments. */
export const withExperimentOptions = (command: Command): Command =>
  command
    .option('--variant <name>', 'form of the server; default: the main one')
    .option('--fix <name>', 'try only this fix (may be repeated)', collect, [])
    .option('--brief', 'neither witnesses nor controls, but for those of --all-from-start', false)
    .option(
      '--all-from-start',
      'a control with each fix that can be on from the start, not with the first alone',
      false,
    )
    .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
    .option('--timeout <duration>', 'longest time of one phase, e.g. 30s', duration, 30_000)
    .option('--collector <name>', 'the observer that judges', 'auto')
    .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
    .option('--json', 'print one JSON object and nothing else', false)
    .option('-q, --quiet', 'no progress', false)
