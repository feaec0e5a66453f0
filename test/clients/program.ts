import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { soon } from './soon.ts'

const path = (name: string) => fileURLToPath(new URL(`../../clients/${name}.ts`, import.meta.url))

/** A client program at work, with all the lines that it has reported. It ends with the test. */
export function startClient<Line>(name: string, flags: readonly string[]) {
  const child = spawn(process.execPath, [path(name), ...flags], { stdio: ['pipe', 'pipe', 'pipe'] })
  const lines: Line[] = []
  let complaint = ''
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    lines,
    ended,
    child,
    complaint: () => complaint,
    tell: (line: string) => child.stdin.write(`${line}\n`),
    endInput: () => child.stdin.end(),
    /** The first line from now on of which it holds. */
    async next(holds: (line: Line) => boolean): Promise<Line> {
      const seen = lines.length
      await expect.poll(() => lines.slice(seen).some(holds), soon).toBe(true)
      return lines.slice(seen).find(holds) as Line
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Runs a client to its end, with an empty stdin, behind a command that becomes it by exec if one is given. */
export function runClient(name: string, flags: readonly string[], behind: readonly string[] = []) {
  const [file = '', ...argv] = [...behind, process.execPath, path(name), ...flags]
  return new Promise<{ code: number | string | undefined; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(file, argv, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? undefined) : 0, stdout, stderr }),
    )
    child.stdin?.end()
  })
}
