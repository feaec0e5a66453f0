import { isIPv4 } from 'node:net'
import { createInterface } from 'node:readline'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { type Endpoint, parseEndpoint, Sources } from './loopback.ts'
import { Pacer, Schedule } from './pacing.ts'
import { Random } from './random.ts'

/** Flags that every client has. */
export interface ClientFlags {
  to: Endpoint
  seed: number
  /** arrivals a second */
  rate: number
  jitter: number
  /** seconds, from the first arrival */
  for: number
  paused: boolean
}

/** What a client does; when it does it, and how it is told, is the same for all of them. */
export interface Traffic {
  /** Sends one arrival (0, 1, …), which was due at that moment of performance.now. */
  arrive(arrival: number, due: number): void
  /** What it adds to each line of statistics. */
  report(): Record<string, unknown>
  /** Ends all that is open. */
  close(): void
}

/** Flags that do not go together. */
export class UsageError extends Error {}

const REPORT_EVERY = 50
/** Streams of the seed: arrivals draw from purpose 0, whatever the jitter is. */
const JITTER = 1

/** The command line that every client has; its own options are added to it. */
export function clientCommand(name: string, description: string): Command {
  return new Command(name)
    .description(
      `${description}\n\nPrints cumulative statistics each ${REPORT_EVERY} ms as JSON lines. Reads commands from stdin: ` +
        'pause (arrivals stop, what is open stays), resume, stop; the end of stdin stops it, too.',
    )
    .requiredOption('--to <ip:port>', 'loopback address of the server, e.g. 127.0.0.1:8443', argument(parseEndpoint))
    .option('--seed <n>', 'one seed gives the same traffic', argument(wholeNumber(0)), 1)
    .option('--rate <n>', 'arrivals a second, whatever becomes of the earlier ones', argument(number(0.1, 100_000)), 50)
    .option(
      '--jitter <share>',
      'how irregular arrivals are, as a share of their distance',
      argument(number(0, 0.99)),
      0,
    )
    .option('--for <seconds>', 'ends by itself so long after it began', argument(number(0.1, 86_400)), 300)
    .option('--paused', 'begins with the first resume', false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
}

/** Runs a client program until it is told to stop, its stdin ends or its time is over. */
export async function runClient<Flags extends ClientFlags>(command: Command, open: (flags: Flags) => Traffic) {
  try {
    const flags = command.parse().opts<Flags>()
    await drive(open(flags), flags)
  } catch (error) {
    process.exitCode = complain(command, error)
  }
}

async function drive(traffic: Traffic, { seed, rate, jitter, for: seconds, paused }: ClientFlags): Promise<void> {
  const schedule = new Schedule(rate, (arrival) => jitter * new Random(seed, arrival, JITTER).unit())
  const pacer = new Pacer(rate, schedule, (arrival, due) => traffic.arrive(arrival, due))
  const report = () =>
    process.stdout.write(`${JSON.stringify({ at: Date.now(), ...pacer.look(), ...traffic.report() })}\n`)

  const input = createInterface({ input: process.stdin })
  let over: NodeJS.Timeout | undefined
  const resume = () => {
    over ??= setTimeout(() => input.close(), seconds * 1000)
    pacer.resume()
  }
  const commands: Record<string, () => void> = {
    pause: () => pacer.pause(),
    resume,
    stop: () => input.close(),
  }
  input.on('line', (line) => {
    const command = commands[line.trim()]
    if (command) command()
    else process.stderr.write(`"${line}" is not a command; choose one of: ${Object.keys(commands).join(', ')}\n`)
  })
  process.on('SIGTERM', () => input.close())
  // Ctrl-C reaches every process of the terminal; when a program holds our stdin, it decides in which order things end.
  process.on('SIGINT', () => process.stdin.isTTY && input.close())
  // Who read us is gone.
  process.stdout.on('error', () => process.exit(1))

  const reporting = setInterval(report, REPORT_EVERY)
  if (!paused) resume()
  await new Promise((stopped) => input.once('close', stopped))
  clearTimeout(over)
  clearInterval(reporting)
  pacer.pause()
  report()
  traffic.close()
  process.stdin.destroy()
}

/** Says in one line what is wrong, and gives the exit code. */
function complain(command: Command, error: unknown): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  if (!(error instanceof CommanderError || error instanceof UsageError)) throw error
  const flags = command.options.map((option) => option.long).join(', ')
  const unknown = error instanceof CommanderError && error.code === 'commander.unknownOption'
  const line = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  process.stderr.write(`${command.name()}: ${line}${unknown ? `; choose from: ${flags}` : ''}\n`)
  return 2
}

/** Makes a parser of ours one of commander's, which expects its own kind of error. */
export function argument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

export function number(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= least && value <= most)) throw new Error(`It must be a number from ${least} to ${most}.`)
    return value
  }
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw new Error(`It must be a whole number from ${least} to ${most}.`)
    return value
  }
}

export function dnsName(text: string): string {
  if (text.length > 253 || !/^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/i.test(text))
    throw new Error('It must be a DNS name, e.g. lab.test.')
  return text
}

/** The source addresses of a client: those of its --from, or the address of the server. */
export function sourcesTo(to: Endpoint, from = new Sources(to.address)): Sources {
  if (isIPv4(from.at(0)) !== isIPv4(to.address))
    throw new UsageError(`--from ${from.at(0)} cannot reach --to ${to.address}; both must be IPv4, or both ::1`)
  return from
}

/** A comma-separated choice; none twice. */
export function choice<Name extends string>(kind: string, known: readonly Name[]): (text: string) => Name[] {
  return (text) => [
    ...new Set(
      text.split(',').map((word) => {
        const name = known.find((candidate) => candidate === word)
        if (name === undefined) throw new Error(`"${word}" is not a ${kind}; choose from: ${known.join(', ')}`)
        return name
      }),
    ),
  ]
}
