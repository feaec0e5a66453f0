import type { Scenario, Traffic, Variant } from './scenario.ts'

/** The traffic that a scenario declares for a variant, aimed at one server. `ca` is the file that its certificate is proven by. */
export function aim(scenario: Scenario, variant: Variant, at: { to: string; seed: number; ca: string }) {
  const aimed = ({ client, flags }: Traffic): Traffic => ({
    client,
    flags: ['--to', at.to, '--seed', `${at.seed}`, ...flags],
  })
  const { sane, company } = scenario
  const trust = sane.over === 'tls' ? ['--ca', at.ca] : ['--plain']
  const chaos = variant.chaos === undefined ? scenario.chaos : variant.chaos
  return {
    sane: aimed({ client: 'sanity', flags: ['--server-name', 'lab.test', '--rate', `${sane.rate}`, ...trust] }),
    company: company ? aimed(company) : null,
    chaos: chaos ? aimed(chaos) : null,
  }
}
