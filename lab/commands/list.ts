import { styleText } from 'node:util'
import Table from 'cli-table3'
import { loadScenario, scenarioNames } from '../experiment/load-scenarios.ts'
import type { NamedScenario } from '../experiment/scenario.ts'

/** Prints the scenarios with their variants and fixes. */
export async function list({ json }: { json: boolean }): Promise<number> {
  const scenarios = await Promise.all(scenarioNames().map((name) => loadScenario(name)))
  if (json) process.stdout.write(`${JSON.stringify({ scenarios: scenarios.map(describe) })}\n`)
  else process.stdout.write(`${table(scenarios)}\n`)
  return 0
}

const describe = ({ name, title, class: spin, variants: [main, ...others] }: NamedScenario) => ({
  name,
  title,
  class: spin,
  fixes: main.fixes.map((fix) => ({ name: fix.name, cures: fix.cures, scope: fix.scope })),
  variants: [main, ...others].map((variant) => variant.name),
})

function table(scenarios: readonly NamedScenario[]): string {
  const rows = new Table({
    head: ['scenario', 'class', 'variants', 'fixes', ''].map((title) => styleText('bold', title)),
    style: { head: [], border: [] },
    wordWrap: true,
  })
  for (const scenario of scenarios) {
    const { name, class: spin, variants, fixes, title } = describe(scenario)
    rows.push([name, spin, variants.join('\n'), fixes.map((fix) => fix.name).join('\n'), title])
  }
  return rows.toString()
}
