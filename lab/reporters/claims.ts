import { release } from 'node:os'
import { styleText } from 'node:util'
import type { Claim, ClaimVerdict, Measured } from '../claims/claim.ts'

export interface ClaimResult extends Omit<Claim, 'test'>, Measured {}

const COLOUR = { holds: 'green', refuted: 'red', depends: 'yellow', 'no-data': 'gray' } as const

const count = (results: readonly ClaimResult[], verdict: ClaimVerdict) =>
  results.filter((result) => result.verdict === verdict).length

const summary = (results: readonly ClaimResult[]) =>
  `${results.length} claims: ${(['holds', 'refuted', 'depends', 'no-data'] as const).map((verdict) => `${count(results, verdict)} ${verdict}`).join(', ')}`

/** For the terminal: the sentence, and beneath it what was seen. */
export function claimsTable(results: readonly ClaimResult[]): string {
  const parts = results.map(
    ({ section, id, sentence, verdict, measured }) =>
      `${section.padEnd(4)} ${styleText(COLOUR[verdict], verdict.padEnd(8))} ${styleText('bold', id)}\n       ${sentence}\n       ${measured}`,
  )
  return `${parts.join('\n')}\n\n${summary(results)}\n`
}

/** The same as a page of Markdown. */
export function claimsPage(results: readonly ClaimResult[]): string {
  const sections = Map.groupBy(results, ({ section }) => section)
  const tables = [...sections].map(([section, claims]) => {
    const rows = claims.map((claim) =>
      [
        `**${claim.verdict}**`,
        `${cell(claim.sentence)} <br>\`${claim.id}\``,
        cell(claim.expected),
        cell(claim.measured),
        `\`${cell(claim.command)}\``,
      ].join(' | '),
    )
    return `## Section ${section}\n\n| verdict | claim | expected | measured | by |\n|---|---|---|---|---|\n${rows.map((row) => `| ${row} |`).join('\n')}\n`
  })
  return `# What is true of each sentence

Written by \`make claims\`; do not edit. Each verdict comes from a run on Linux ${release()} on ${new Date().toISOString().slice(0, 10)}.

The sentences are those of a Chinese article for site reliability engineers, on Go services whose CPU climbs while their goroutines do not:
three root causes of busy spins in epoll_wait and their hot fixes. *depends*: true under some of the conditions that were tried. *no-data*: could not be
tried on this machine.

${summary(results)}.

${tables.join('\n')}`
}

/** A cell of a Markdown table. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
