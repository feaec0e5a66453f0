import type { Command } from 'commander'
import { names, wholeNumber } from '../arguments.ts'
import { listenForStop } from '../stop-signal.ts'

export default (program: Command) =>
  program
    .command('claims')
    .description('try every checkable sentence of the article now, and say which hold')
    .option('--only <ids>', 'these claims, separated by commas', names, [])
    .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
    .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
    .option('--write <file>', 'write the result as a page of Markdown')
    .option('--json', 'print one JSON object and nothing else', false)
    .option('-q, --quiet', 'no progress', false)
    .action(async (options) => {
      process.exitCode = await (await import('../commands/claims.ts')).claims(options, listenForStop())
    })
