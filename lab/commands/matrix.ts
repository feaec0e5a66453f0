import { relative } from 'node:path'
import { EXIT, usage } from '../errors.ts'
import type { HoldOptions } from '../hold.ts'
import { type CellOutcome, worstOf } from '../matrix/cell.ts'
import { type MatrixPlan, runMatrix } from '../matrix/run.ts'
import { findSubject } from '../matrix/subject.ts'
import { invocation } from '../places.ts'
import { writeJunitFile } from '../reporters/junit-file.ts'
import { matrixReport, matrixSuites } from '../reporters/matrix.ts'
import type { StopSignal } from '../stop-signal.ts'
import { readPatch } from '../toolchains/patch.ts'

export interface MatrixOptions extends Omit<HoldOptions, 'runner' | 'target' | 'reproduce'> {
  /** toolchains: `local`, a release, a GOROOT */
  go: string[]
  /** files */
  patch: string[]
  godebug: string[]
  repeat: number
  json: boolean
  junit?: string
}

const CODES: Readonly<Record<CellOutcome, number>> = {
  pass: EXIT.pass,
  fail: EXIT.fail,
  inconclusive: EXIT.inconclusive,
  unsupported: EXIT.unsupported,
  error: EXIT.broken,
}

/** Runs scenarios or Go programs with each toolchain and each change, and prints the grid. Returns the exit code of the worst cell. */
export async function matrix(names: readonly string[], options: MatrixOptions, stop: StopSignal): Promise<number> {
  if (!options.go.length)
    throw usage('--go names no toolchain; give local, releases such as go1.27.3, paths of GOROOTs')
  const patches = await Promise.all(options.patch.map(readPatch))
  const subjects = await Promise.all(names.map((name) => findSubject(name, { ...options, quiet: true }, stop.signal)))
  const cells = await runMatrix({
    subjects,
    toolchains: options.go,
    patches,
    godebug: options.godebug,
    repeat: options.repeat,
    seed: options.seed,
    stop: stop.signal,
    reproduce: (subject, toolchain, change) => commandLine(subject.name, toolchain, change, options),
    tell: (line) => void (options.quiet || process.stderr.write(`${line}\n`)),
  })
  const outcome = worstOf(cells.map((cell) => cell.outcome))
  if (options.junit) await writeJunitFile(options.junit, matrixSuites(cells))
  process.stdout.write(options.json ? `${JSON.stringify({ cells })}\n` : matrixReport(cells, outcome))
  return stop.exitCode ?? CODES[outcome]
}

function commandLine(
  name: string,
  toolchain: string,
  { patch, godebug }: Parameters<MatrixPlan['reproduce']>[2],
  options: MatrixOptions,
): string {
  const words = [invocation, 'matrix', name, '--go', toolchain, '--seed', `${options.seed}`]
  if (patch) words.push('--patch', relative('', patch.path))
  if (godebug) words.push('--godebug', godebug)
  if (options.variant) words.push('--variant', options.variant)
  for (const fix of options.fix) words.push('--fix', fix)
  if (options.brief) words.push('--brief')
  if (options.collector !== 'auto') words.push('--collector', options.collector)
  return words.join(' ')
}
