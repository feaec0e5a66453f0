/** Keeps windows of the corpus as test/captures/corpus-ID-VARIANT.jsonl.gz: `node test/corpus/record.ts [SUBSTRING…]`. */
import { keepCapture } from '../captures/write.ts'
import { cases, rightFor, setUp, start } from './cases.ts'

for (const one of cases(process.argv.slice(2))) {
  const lack = await setUp(one)
  for (const variant of lack ? [] : one.variants) {
    using running = start(one, variant)
    const name = `corpus-${one.id}-${variant}`
    const [expect = 'healthy', ...also] = rightFor(one, variant)
    const count = await keepCapture(running.pid, { name, expect, also })
    process.stdout.write(`${name}: ${count} windows\n`)
  }
  if (lack) process.stdout.write(`${one.id}: skipped, ${lack}\n`)
}
