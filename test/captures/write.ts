import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { binary, repository } from '../../lab/places.ts'
import { blockedThreads } from '../../lab/process/blocked.ts'
import type { Capture } from './read.ts'

/** Looks at a process as `diagnose` does and keeps the windows as NAME.jsonl.gz. Returns how many there were. */
export async function keepCapture(pid: number, label: Omit<Capture, 'windows'>): Promise<number> {
  const lines = execFileSync(binary('probe'), ['watch', '--pid', `${pid}`, '--for', '2.5s'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
    .trimEnd()
    .split('\n')
  const last = { ...JSON.parse(lines.pop() ?? '{}'), blocked: await blockedThreads(pid) }
  // Where it was built is nobody's business.
  const text = [JSON.stringify(label), ...lines, JSON.stringify(last)].join('\n').replaceAll(`${repository}/`, '')
  writeFileSync(join(import.meta.dirname, `${label.name}.jsonl.gz`), gzipSync(`${text}\n`, { level: 9 }))
  return lines.length + 1
}
