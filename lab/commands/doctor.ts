import { styleText } from 'node:util'
import Table from 'cli-table3'
import type { CheckResult } from '../doctor/check.ts'
import { obstacles } from '../doctor/default-run.ts'
import { examineAll } from '../doctor/examine.ts'
import { EXIT } from '../errors.ts'

/** Tries what this machine permits and prints it. Returns the exit code: pass when the default run can work here. */
export async function doctor(options: { json: boolean }): Promise<number> {
  const checks = await examineAll()
  const reasons = obstacles(checks)
  const works = reasons.length === 0
  process.stdout.write(options.json ? `${JSON.stringify({ works, reasons, checks })}\n` : report(checks, reasons))
  return works ? EXIT.pass : EXIT.unsupported
}

function report(checks: readonly CheckResult[], reasons: readonly string[]): string {
  const columns = Math.max(process.stdout.columns ?? 140, 100)
  const share = (part: number) => Math.floor(columns * part)
  const table = new Table({
    head: ['', 'the lab can', 'found', 'without it'],
    colWidths: [4, share(0.28), share(0.38), share(0.28)],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  for (const { works, ability, found, without, remedy } of checks)
    table.push([
      works ? styleText('green', 'ok') : styleText('red', 'no'),
      ability,
      remedy ? `${found}\n→ ${remedy}` : found,
      works ? '' : without,
    ])
  const verdict = reasons.length
    ? `The default run cannot work here:\n${reasons.map((reason) => `  ${reason}`).join('\n')}`
    : 'The default run can work here.'
  return `${table}\n${verdict}\n`
}
