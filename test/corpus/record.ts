/** Keeps windows of the corpus as test/captures/corpus-ID-VARIANT.jsonl.gz: `node test/corpus/record.ts [SUBSTRING…]`. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { keepCapture } from '../captures/write.ts'

const CASES = join(import.meta.dirname, 'cases')
const CLASSES: Readonly<Record<string, string>> = {
  Z: 'empty-wakeups',
  R: 'unconsumed-readiness',
  E: 'error-loop',
  U: 'userland-loop',
  healthy: 'healthy',
}

const wanted = process.argv.slice(2)
for (const { name: id } of readdirSync(CASES, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  if (wanted.length && !wanted.some((part) => id.includes(part))) continue
  const folder = join(CASES, id)
  const { class: letter, also } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'))
  execFileSync(join(folder, 'setup'), { stdio: 'ignore' })
  for (const variant of letter === 'healthy' ? ['fixed'] : ['buggy', 'fixed']) {
    const name = `corpus-${id}-${variant}`
    const sick = variant === 'buggy'
    try {
      const said = execFileSync(join(folder, 'start'), [variant], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const pid = Number(said.trimEnd().split('\n').at(-1))
      const count = await keepCapture(pid, {
        name,
        expect: sick ? (CLASSES[letter] ?? letter) : 'healthy',
        also: sick ? also.map((other: string) => CLASSES[other] ?? other) : [],
      })
      process.stdout.write(`${name}: ${count} windows\n`)
    } finally {
      execFileSync(join(folder, 'stop'), { stdio: 'ignore' })
    }
  }
}
