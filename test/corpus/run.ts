/**
 * Judges `diagnose` on the corpus: `node test/corpus/run.ts [--repeat N] [--docs] [SUBSTRING…]`.
 * A line a judgement, then how many were right; exit 1 when one was not. With SPINLAB_STRICT=1 what cannot run here is wrong too.
 */
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT } from '../../lab/errors.ts'
import { repository } from '../../lab/places.ts'
import { SPINLAB } from '../spinlab.ts'
import { type Case, cases, type Judged, rightFor, setUp, start, type Variant } from './cases.ts'
import { corpusPage } from './page.ts'

const { values, positionals } = parseArgs({
  options: { repeat: { type: 'string', default: '1' }, docs: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const repeat = Number(values.repeat)
const wanted = cases(positionals)
if (!Number.isInteger(repeat) || repeat < 1 || !wanted.length) {
  process.stderr.write(
    wanted.length
      ? `--repeat ${values.repeat} is not a whole number of at least 1\n`
      : `no case is called ${positionals.join(' or ')}; there are ${cases([])
          .map(({ id }) => id)
          .join(', ')}\n`,
  )
  process.exit(EXIT.usage)
}

const judged: Judged[] = []
const skipped: string[] = []
const ready: Case[] = []
for (const one of wanted) {
  const lack = await setUp(one).catch((error: Error) => error)
  if (typeof lack === 'string') skipped.push(...one.variants.map((variant) => `${one.id} ${variant}: ${lack}`))
  else if (lack) for (const variant of one.variants) note(failed(one, variant, lack))
  else ready.push(one)
}
for (let pass = 1; pass <= repeat; pass++) {
  if (repeat > 1) process.stdout.write(`pass ${pass} of ${repeat}\n`)
  for (const one of ready) for (const variant of one.variants) note(judge(one, variant))
}
for (const reason of skipped) process.stdout.write(`skipped  ${reason}\n`)
if (values.docs) await writeFile(join(repository, 'docs/corpus.md'), corpusPage(judged, repeat))

const strict = process.env.SPINLAB_STRICT ? skipped.length : 0
const wrong = judged.filter(({ right }) => !right).length + strict
const rest = skipped.length - strict
process.stdout.write(`${judged.length - wrong + strict} passed, ${wrong} failed${rest ? `, ${rest} skipped` : ''}\n`)
process.exitCode = wrong ? EXIT.fail : EXIT.pass

function judge(of: Case, variant: Variant): Judged {
  try {
    using running = start(of, variant)
    const begun = performance.now()
    const diagnose = ['diagnose', `${running.pid}`, '--json']
    const { stdout, stderr, status } = spawnSync(SPINLAB, diagnose, { encoding: 'utf8', timeout: 30_000 })
    const seconds = (performance.now() - begun) / 1000
    if (!stdout) throw new Error(`no answer: ${stderr.trim()}`)
    const { verdict, class: spin, cause } = JSON.parse(stdout)
    const got = verdict === 'spin' ? spin : verdict
    const code = verdict === 'spin' ? EXIT.fail : EXIT.pass
    return {
      of,
      variant,
      got,
      right: rightFor(of, variant).includes(got) && status === code,
      seconds,
      cause: cause ?? '',
    }
  } catch (error) {
    return failed(of, variant, error as Error)
  }
}

function failed(of: Case, variant: Variant, { message }: Error): Judged {
  return { of, variant, got: 'nothing', right: false, seconds: 0, cause: message }
}

function note(one: Judged) {
  judged.push(one)
  const { of, variant, got, right, seconds, cause } = one
  const expected = rightFor(of, variant).join(' or ')
  process.stdout.write(
    `${right ? 'ok ' : 'BAD'} ${of.id.padEnd(32)} ${variant.padEnd(6)} want ${expected.padEnd(20)} got ${got.padEnd(20)} ${seconds.toFixed(1)} s  ${cause.replaceAll('\n', ' ').slice(0, 120)}\n`,
  )
}
