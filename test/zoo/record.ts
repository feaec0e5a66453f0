/** Keeps windows of the zoo as test/captures/NAME.jsonl.gz: `node test/zoo/record.ts [SUBSTRING…]`. */
import { setTimeout as delay } from 'node:timers/promises'
import { keepCapture } from '../captures/write.ts'
import { type Animal, animals, keep } from './keeper.ts'

const wanted = process.argv.slice(2)
for (const animal of animals().filter(({ name }) => !wanted.length || wanted.some((part) => name.includes(part)))) {
  const said = await record(animal).catch((error: Error) => `not recorded: ${error.message}`)
  process.stdout.write(`${animal.name}: ${said}\n`)
}

async function record(animal: Animal): Promise<string> {
  await using captive = await keep(animal)
  // The load opens its connections, and what compiles at run time has compiled.
  await delay(1500)
  const { path: _, loads: __, nofile: ___, ...label } = animal
  return `${await keepCapture(captive.pid, label)} windows`
}
