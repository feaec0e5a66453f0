import { constants } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { execa, type Options } from 'execa'
import type { Child } from './room.ts'

const COMPLAINT_LIMIT = 64 * 1024
const POLL_MS = 10

/**
 * Starts a command and hands out its handle.
 * `receivers` names the processes that a signal must go to, for a command that runs behind a helper such as nsenter.
 */
export function startChild(
  argv: readonly string[],
  options: { env?: Readonly<Record<string, string>>; receivers?: (pid: number) => number[] } = {},
): Child {
  const [file, ...args] = argv
  if (!file) throw new Error('cannot start an empty command')
  const settings = {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    cleanup: false,
    // A session of its own: Ctrl-C at the terminal reaches the lab alone, which then decides what ends and in which order.
    detached: true,
    ...(options.env && { env: options.env }),
  } satisfies Options
  const subprocess = execa(file, args, settings)
  // Not execa's own iterable: leaving that early waits for the process to end. Made at once, so that no line is missed.
  const lines = createInterface({ input: subprocess.stdout })
  let complaint = ''
  subprocess.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-COMPLAINT_LIMIT)
  })
  // A process that died takes its stdin with it: the write error is not news, `ended` tells.
  subprocess.stdin.on('error', () => {})
  const ended = subprocess.then((result) => {
    if (result.failed && result.exitCode === undefined && !result.isTerminated)
      complaint += result.originalMessage ?? ''
    return result.exitCode ?? 128 + (result.signal ? constants.signals[result.signal] : 0)
  })
  let gone = false
  ended.then(() => {
    gone = true
  })

  /** True when somebody got the signal. */
  const signal = (name: 'SIGINT' | 'SIGTERM' | 'SIGKILL') => {
    const pid = subprocess.pid
    const receivers = gone || pid === undefined ? [] : (options.receivers?.(pid) ?? [pid])
    for (const receiver of receivers) {
      try {
        process.kill(receiver, name)
      } catch {
        // it ended between the look and the signal
      }
    }
    return receivers.length > 0
  }
  const stop: Child['stop'] = async (name = 'SIGTERM', graceMs = 2000) => {
    subprocess.stdin.end()
    const deadline = Date.now() + graceMs
    // A helper that has not started its command yet has nobody to pass the signal to.
    while (!gone && !signal(name) && Date.now() < deadline) await delay(POLL_MS)
    const timer = setTimeout(() => {
      signal('SIGKILL')
      subprocess.kill('SIGKILL')
    }, deadline - Date.now())
    await ended
    clearTimeout(timer)
  }
  return {
    // Undefined only when the program does not exist; then it has ended, and no pid is asked for.
    pid: subprocess.pid ?? -1,
    lines,
    tell: (line) => void subprocess.stdin.write(`${line}\n`),
    complaint: () => complaint,
    ended,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  }
}
