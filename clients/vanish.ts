import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { assertLoopback } from './loopback.ts'

const PROGRAM = fileURLToPath(new URL('../.build/bin/vanish', import.meta.url))

/** Cuts addresses off from one port of the run's own network namespace. */
export interface Vanisher {
  /** Resolves when no packet passes any more between the address and the port. */
  vanish(address: string): Promise<void>
  /** What was cut off can be reached again. */
  close(): void
}

/** Where the drop rule cannot be set, the whole client ends with the reason: closing instead would be another traffic. */
export function openVanisher(port: number): Vanisher {
  const child = spawn(PROGRAM, [`${port}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting: (() => void)[] = []
  createInterface({ input: child.stdout }).on('line', () => waiting.shift()?.())
  child.stdin.on('error', () => {})
  let closed = false
  child.on('error', ({ message }) => {
    process.stderr.write(`cannot start ${PROGRAM}: ${message}\n`)
    process.exit(1)
  })
  child.on('exit', (code) => closed || process.exit(code || 1))
  return {
    vanish: (address) =>
      new Promise((resolve) => {
        child.stdin.write(`${assertLoopback(address)}\n`)
        waiting.push(resolve)
      }),
    close() {
      closed = true
      child.stdin.end()
    },
  }
}
