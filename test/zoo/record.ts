/**
 * Keeps windows of the zoo as test/captures/NAME.jsonl.gz: `node test/zoo/record.ts [SUBSTRING…]`.
 * The first line of a capture says what must be found; the others are windows.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { binary } from '../../lab/places.ts'
import { blockedThreads } from '../../lab/process/blocked.ts'
import { type Animal, animals, keep } from './keeper.ts'

const wanted = process.argv.slice(2)
for (const animal of animals().filter(({ name }) => !wanted.length || wanted.some((part) => name.includes(part)))) {
  try {
    process.stdout.write(`${animal.name}: ${await record(animal)} windows\n`)
  } catch (error) {
    process.stdout.write(`${animal.name}: not recorded: ${error instanceof Error ? error.message : error}\n`)
  }
}

async function record(animal: Animal): Promise<number> {
  await using captive = await keep(animal)
  // The load opens its connections, and what compiles at run time has compiled.
  await delay(1500)
  const lines = execFileSync(binary('probe'), ['watch', '--pid', `${captive.pid}`, '--for', '2.5s'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const last = JSON.parse(lines.trimEnd().split('\n').at(-1) ?? '{}')
  const looked = JSON.stringify({ ...last, blocked: await blockedThreads(captive.pid) })
  const windows = [...lines.trimEnd().split('\n').slice(0, -1), looked]
  const { path: _, loads: __, ...label } = animal
  writeFileSync(
    new URL(`../captures/${animal.name}.jsonl.gz`, import.meta.url),
    gzipSync(`${[JSON.stringify(label), ...windows].join('\n')}\n`, { level: 9 }),
  )
  return windows.length
}
