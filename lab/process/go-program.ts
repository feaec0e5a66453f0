import { readFile } from 'node:fs/promises'
import { readGoroutines, readSchedtrace } from '../diagnosis/go-evidence.ts'
import { usage } from '../errors.ts'

/** Where a Go program tells of itself. */
export interface GoSources {
  /** base address of its net/http/pprof, e.g. http://127.0.0.1:6060/debug/pprof */
  pprof?: string
  /** file that it writes its GODEBUG=schedtrace to */
  schedtrace?: string
}

/** A server that answers late has nothing to add. */
const PATIENCE_MS = 500

/** What a Go program says of itself, a line each; a server that does not answer is a line too. */
export async function askGoProgram({ pprof, schedtrace }: GoSources): Promise<string[]> {
  const said = await Promise.all([pprof ? askPprof(pprof) : [], schedtrace ? readTrace(schedtrace) : []])
  return said.flat()
}

async function askPprof(base: string): Promise<string[]> {
  const url = `${base.replace(/\/$/, '')}/goroutine?debug=1`
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const lines = readGoroutines(await answer.text())
    return lines.length ? lines : [`${url} answers ${answer.status}, and with no goroutine profile`]
  } catch (error) {
    return [`${url} does not answer: ${error instanceof Error ? error.message : error}`]
  }
}

async function readTrace(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw usage(`cannot read the schedtrace file: ${error.message}`)
  })
  return readSchedtrace(text)
}
