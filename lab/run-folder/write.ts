import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { broken } from '../errors.ts'
import type { Evidence } from '../experiment/assess.ts'
import type { Recorder } from '../experiment/experiment.ts'
import { phaseTitle } from '../experiment/phases.ts'
import type { ExperimentRecord, WitnessRecord } from '../experiment/record.ts'
import type { Manifest } from './manifest.ts'

/**
 * The folder of one run, `OUT_DIR/SCENARIO/UTC-TIME`:
 *
 *     manifest.json    what was run, where, with which tools
 *     phases.jsonl     one line a phase: when it began to count, how it ended, an execution trace
 *     windows.jsonl    one line a window, with its variant and the number of its phase
 *     facts.jsonl      the same for conditions, counters and sane requests
 *     witnesses.jsonl  short looks by other observers
 *     measured.json    what looking cost, TLS handshakes by source
 *     raw/             what those observers printed
 *     result.json      what was concluded
 */
export class RunFolder implements Recorder {
  readonly path: string
  /** why the record is not whole, e.g. a full disk */
  failure: string | undefined

  /** Throws with exit code 5 when the folder cannot be made. */
  constructor(outDir: string, manifest: Manifest) {
    const time = manifest.started.replaceAll(':', '-')
    const folder = resolve(outDir, manifest.scenario)
    this.path = join(folder, time)
    const make = () => {
      makeFolder(join(this.path, 'raw'))
      // Made aside and renamed, so that `latest` never points nowhere.
      const aside = join(folder, `.latest-${process.pid}`)
      rmSync(aside, { force: true })
      symlinkSync(time, aside)
      renameSync(aside, join(folder, 'latest'))
    }
    this.#do(make)
    this.#write('manifest.json', manifest)
    if (this.failure) throw broken(this.failure)
  }

  phase(variant: string, index: number, { since, cut, complaint, trace, windows, facts }: Evidence) {
    this.#append(
      'windows.jsonl',
      windows.map((window) => ({ variant, phase: index, window })),
    )
    this.#append(
      'facts.jsonl',
      facts.map((fact) => ({ variant, phase: index, facts: fact })),
    )
    // Last, so that a phase counts as recorded only when all of it is.
    this.#append('phases.jsonl', [{ variant, phase: index, since, cut, complaint, trace }])
  }

  witness({ collector, intrusive, phase, expected, windows }: WitnessRecord, raw: readonly string[]) {
    const title = phaseTitle(phase)
    this.#append('witnesses.jsonl', [{ collector, intrusive, phase: title, expected, windows }])
    this.#do(() =>
      writeFileSync(join(this.path, 'raw', `${collector}-${title.replace(' ', '-')}.txt`), `${raw.join('\n')}\n`),
    )
  }

  result(result: unknown) {
    this.#write('result.json', result)
  }

  /** What belongs to the run as a whole and to no phase. */
  measured({ main, controls, overhead }: ExperimentRecord) {
    const handshakes = [main, ...controls].flatMap((subject) =>
      subject.handshakes ? [[subject.variant.name, subject.handshakes]] : [],
    )
    this.#write('measured.json', { overhead, handshakes: Object.fromEntries(handshakes) })
  }

  #append(name: string, lines: readonly unknown[]) {
    this.#do(() => appendFileSync(join(this.path, name), lines.map((line) => `${JSON.stringify(line)}\n`).join('')))
  }

  /** Written aside and renamed: a file is whole or absent. */
  #write(name: string, content: unknown) {
    const path = join(this.path, name)
    this.#do(() => {
      writeFileSync(`${path}.part`, `${JSON.stringify(content, null, 2)}\n`)
      renameSync(`${path}.part`, path)
    })
  }

  #do(write: () => void) {
    // The first failure says why; what fails after it, fails because of it.
    if (this.failure) return
    try {
      write()
    } catch (error) {
      this.failure = `cannot write the run folder ${this.path}: ${(error as Error).message}; choose another with --out-dir`
    }
  }
}

/** Not mkdir's own `recursive`: where the kernel refuses new folders with ENOENT, as in /proc, that one tries for ever. */
function makeFolder(path: string) {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}
