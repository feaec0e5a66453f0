import { Command, InvalidArgumentError, Option } from 'commander'
import { durationOf } from './duration.ts'
import { EXIT, SpinlabError, usage } from './errors.ts'
import { listenForStop } from './stop-signal.ts'

/** PID_MAX_LIMIT of include/linux/threads.h. */
const MAX_PID = 4_194_304

/** Arguments to a command; nothing else. Each command is loaded only when it is asked for. */
const program = new Command('spinlab')
  .description(
    'Makes busy spins of network servers appear on demand, proves their cause, heals them live and proves the healing.',
  )
  .version('0.1.0')
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'spinlab: ')) })

program
  .command('repro')
  .description('hold the experiment of a scenario: baseline, fault, each fix, revert, relapse')
  .argument('[scenario]', 'see "spinlab list"')
  .option('--variant <name>', 'form of the server; default: the main one')
  .option('--fix <name>', 'try only this fix (may be repeated)', collect, [])
  .option('--brief', 'neither witnesses nor controls', false)
  .addOption(new Option('--all', 'every scenario, one after the other').conflicts(['variant', 'fix', 'repeat']))
  .option('--only <names>', 'with --all: these scenarios, separated by commas', names, [])
  .option('--skip <names>', 'with --all: not these scenarios', names, [])
  .option('--all-variants', 'with --all: every variant with every fix', false)
  .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
  .option('--repeat <n>', 'hold it so many times', positiveNumber, 1)
  .addOption(new Option('--against <file>', 'a baseline that it must be no worse than').conflicts('all'))
  .option('--worse-than <ratio>', 'with --against: from how many times a rate on it is worse', ratio, 1.25)
  .option('--timeout <duration>', 'longest time of one phase, e.g. 30s', duration, 30_000)
  .addOption(new Option('--runner <name>', 'where the processes live').default('native'))
  .option('--collector <name>', 'the observer that judges', 'auto')
  .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
  .option('--junit <file>', 'write a JUnit report')
  .option('--json', 'print one JSON object and nothing else', false)
  .option('-q, --quiet', 'no progress', false)
  .action(async (scenario, { all, ...options }) => {
    if (Boolean(all) === (scenario !== undefined))
      throw usage('repro takes either a scenario or --all; see "spinlab list"')
    if (!all && (options.only.length || options.skip.length || options.allVariants))
      throw usage('--only, --skip and --all-variants go with --all')
    exitWith(
      all
        ? await (await import('./commands/repro-all.ts')).reproAll(options, listenForStop())
        : await (await import('./commands/repro.ts')).repro(scenario, options, listenForStop()),
    )
  })

program
  .command('record')
  .description('keep what an experiment shows as the baseline that later runs are compared with')
  .argument('<scenario>', 'see "spinlab list"')
  .option('--to <file>', 'file to write; default: SCENARIO.baseline.json')
  .option('--variant <name>', 'form of the server; default: the main one')
  .option('--fix <name>', 'try only this fix (may be repeated)', collect, [])
  .option('--brief', 'neither witnesses nor controls', false)
  .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
  .option('--repeat <n>', 'hold it so many times; rates have an interval from 6 on', positiveNumber, 6)
  .option('--timeout <duration>', 'longest time of one phase, e.g. 30s', duration, 30_000)
  .addOption(new Option('--runner <name>', 'where the processes live').default('native'))
  .option('--collector <name>', 'the observer that judges', 'auto')
  .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
  .option('--json', 'print one JSON object and nothing else', false)
  .option('-q, --quiet', 'no progress', false)
  .action(async (scenario, options) =>
    exitWith(await (await import('./commands/record.ts')).record(scenario, options, listenForStop())),
  )

program
  .command('matrix')
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
  .option('--variant <name>', 'form of the server; default: the main one')
  .option('--fix <name>', 'try only this fix (may be repeated)', collect, [])
  .option('--brief', 'neither witnesses nor controls', false)
  .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
  .option('--repeat <n>', 'fill each cell so many times', positiveNumber, 1)
  .option('--timeout <duration>', 'longest time of one phase, e.g. 30s', duration, 30_000)
  .option('--collector <name>', 'the observer that judges', 'auto')
  .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
  .option('--junit <file>', 'write a JUnit report')
  .option('--json', 'print one JSON object and nothing else', false)
  .option('-q, --quiet', 'no progress', false)
  .action(async (subjects, options) =>
    exitWith(await (await import('./commands/matrix.ts')).matrix(subjects, options, listenForStop())),
  )

program
  .command('bisect')
  .description('find the version, or the patch of a series, with which a spin of a Go program appeared or went away')
  .argument('<program>', 'folder of a Go program')
  .option('--module <path>', 'the dependency whose versions are tried')
  .option('--good <version>', 'one that does not spin')
  .option('--bad <version>', 'one that does')
  .option('--versions <file>', 'the versions, one a line, the oldest first; default: those that are listed')
  .option('--patches <dir>', 'a series of patches instead, in the order of their names')
  .option('--go <name>', 'local, a release such as go1.27.3, or the path of a GOROOT', 'local')
  .option(
    '--timeout <duration>',
    'longest time of one step until it is ready, and again until its verdict',
    duration,
    30_000,
  )
  .option('--collector <name>', 'the observer that judges', 'auto')
  .option('--json', 'print one JSON object and nothing else', false)
  .option('-q, --quiet', 'no progress', false)
  .action(async (program, options) =>
    exitWith(await (await import('./commands/bisect.ts')).bisect(program, options, listenForStop())),
  )

program
  .command('list')
  .description('the scenarios, their variants and fixes')
  .option('--json', 'print one JSON object and nothing else', false)
  .action(async (options) => exitWith(await (await import('./commands/list.ts')).list(options)))

program
  .command('analyze')
  .description('judge a recorded run again')
  .argument('<run>', 'a run folder, e.g. artifacts/tls-storm/latest')
  .option('--json', 'print one JSON object and nothing else', false)
  .action(async (run, options) => exitWith(await (await import('./commands/analyze.ts')).analyze(run, options)))

program
  .command('diagnose')
  .description('say what is wrong with a running process, and what to do; reads only')
  .argument('<pid>', 'process id', processId)
  .option('--tree', 'look at the busiest process under it', false)
  .option('--watch', 'again and again, until stopped or the process ends', false)
  .option('--collector <name>', 'the observer that judges', 'auto')
  .option('--pprof <url>', "address of a Go program's net/http/pprof, e.g. http://127.0.0.1:6060/debug/pprof")
  .option('--schedtrace <file>', 'file that a Go program writes its GODEBUG=schedtrace to')
  .option('--json', 'print one JSON object and nothing else (with --watch: one a line)', false)
  .action(async (pid, options) => {
    const stop = listenForStop()
    const code = await (await import('./commands/diagnose.ts')).diagnose(pid, options, stop.signal)
    exitWith(stop.exitCode ?? code)
  })

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
  .action(async (command, options) =>
    exitWith(await (await import('./commands/guard.ts')).guard(command, options, listenForStop())),
  )

program
  .command('heal')
  .description('end the spin of a running process from outside; says what it would do, and does it only with --yes')
  .argument('<pid>', 'process id', processId)
  .option('--fix <name>', 'raise-nofile, epoll-del, shutdown-fd or close-fd; "spinlab diagnose" says which')
  .option('--fd <n>', 'the descriptor that it is done to', wholeNumber)
  .option('--inode <n>', 'do nothing unless the descriptor is still this one', wholeNumber)
  .option(
    '--nofile <n>',
    'the soft limit of raise-nofile; default: four times what it is, at least 4096',
    positiveNumber,
  )
  .addOption(
    new Option('--undo <json>', 'take back what was done: the command is printed when it is').conflicts([
      'fix',
      'fd',
      'inode',
      'nofile',
    ]),
  )
  .option('--yes', 'do it, and look whether the spin has ended', false)
  .option('--json', 'print one JSON object and nothing else', false)
  .action(async (pid, options) => {
    const stop = listenForStop()
    const code = await (await import('./commands/heal.ts')).heal(pid, options, stop.signal)
    exitWith(stop.exitCode ?? code)
  })

program
  .command('claims')
  .description('try every checkable sentence of the article now, and say which hold')
  .option('--only <ids>', 'these claims, separated by commas', names, [])
  .option('--seed <n>', 'seed of all traffic', wholeNumber, 1)
  .option('--out-dir <dir>', 'folder for recorded runs', 'artifacts')
  .option('--write <file>', 'write the result as a page of Markdown')
  .option('--json', 'print one JSON object and nothing else', false)
  .option('-q, --quiet', 'no progress', false)
  .action(async (options) => exitWith(await (await import('./commands/claims.ts')).claims(options, listenForStop())))

program
  .command('doctor')
  .description('try what this machine permits, and name the remedy for each lack')
  .option('--json', 'print one JSON object and nothing else', false)
  .action(async (options) => exitWith(await (await import('./commands/doctor.ts')).doctor(options)))

program
  .command('clean')
  .description('remove what labs that were killed have left behind: containers, networks, volumes')
  .option('--images', 'the images that the lab built, too', false)
  .option('--force', 'also the stacks of labs that may still run: on another machine, or by hand', false)
  .option('--json', 'print one JSON object and nothing else', false)
  .action(async (options) => exitWith(await (await import('./commands/clean.ts')).clean(options)))

function exitWith(code: number) {
  process.exitCode = code
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value]
}

function names(value: string): string[] {
  return value.split(',').filter(Boolean)
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(Number(text)))
    throw new InvalidArgumentError('it must be a whole number from 0 on, e.g. 42.')
  return Number(text)
}

function processId(text: string): number {
  if (!/^[1-9]\d*$/.test(text) || Number(text) > MAX_PID)
    throw new InvalidArgumentError(`it must be a process id, from 1 to ${MAX_PID}.`)
  return Number(text)
}

function positiveNumber(text: string): number {
  const value = wholeNumber(text)
  if (value === 0) throw new InvalidArgumentError('it must be 1 or more.')
  return value
}

function ratio(text: string): number {
  const value = Number(text)
  if (!(value > 1)) throw new InvalidArgumentError('it must be a number above 1, e.g. 1.25.')
  return value
}

function duration(text: string): number {
  const ms = durationOf(text)
  if (ms === undefined) throw new InvalidArgumentError('it must be a duration with its unit: ms, s or m, e.g. 30s.')
  return ms
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** One line for the user, and the exit code. */
function report(error: unknown): number {
  // commander has printed its own line; help and version come here too, with 0.
  if (error instanceof Error && 'exitCode' in error && error.name === 'CommanderError')
    return error.exitCode === 0 ? 0 : EXIT.usage
  if (error instanceof SpinlabError) {
    process.stderr.write(`spinlab: ${error.message}\n`)
    return error.exitCode
  }
  process.stderr.write(`spinlab: the lab failed: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`)
  return EXIT.broken
}
