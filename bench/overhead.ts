import { writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Random } from '../clients/random.ts'
import { lacksProgram } from '../lab/collectors/try-out.ts'
import { EXIT, SpinlabError, unsupported } from '../lab/errors.ts'
import { repository } from '../lab/places.ts'
import native from '../lab/runners/native.ts'
import { observations } from './observers.ts'
import { overheadPage } from './overhead-page.ts'
import { overheadTable, type Row, rowOf } from './overhead-table.ts'
import { type Pair, rounds } from './rounds.ts'
import { readSettings, type Settings } from './settings.ts'
import { startSubject } from './subject.ts'

/** What each observer costs a healthy server that it watches. */
async function overhead(argv: string[]): Promise<void> {
  const settings = readSettings(argv)
  const [load = 0] = loadavg()
  const rows = await measure(settings)
  process.stdout.write(`${overheadTable(rows)}\n`)
  await writeFile(join(repository, 'docs/overhead.md'), overheadPage(rows, { ...settings, load }))
}

async function measure({ seconds, rounds: count, seed }: Settings): Promise<Row[]> {
  await using stage = await native.open()
  const room = stage.tracer
  const lack = await lacksProgram(room, 'wrk', 'apt-get install wrk')
  if (lack) throw unsupported(`${lack.missing}; ${lack.remedy}`)
  await using subject = await startSubject(room)
  const all = await observations(room)
  const work = all.filter((observation) => !observation.lack)
  const pairs = new Map(all.map((observation): [typeof observation, Pair[]] => [observation, []]))
  let done = 0
  for await (const { observation, pair } of rounds(room, subject, work, {
    rounds: count,
    seconds,
    random: new Random(seed),
  })) {
    pairs.get(observation)?.push(pair)
    const progress = `${++done}/${count * work.length}  ${observation.name}: ${pair.slowdown.toFixed(3)}`
    process.stderr.write(`${progress}\n`)
  }
  // A stream of its own: what is drawn for the intervals does not depend on the number of rounds.
  const random = new Random(seed, 1)
  return [...pairs].map(([observation, measured]) => rowOf(observation, measured, random))
}

overhead(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`bench-overhead: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = error instanceof SpinlabError ? error.exitCode : EXIT.broken
})
