import type { Bench } from '../bench.ts'
import { type Claim, told } from '../claim.ts'

/** A fix that an experiment of the lab applies to the running server, takes back and proves. */
interface HotFix {
  id: string
  section: string
  sentence: string
  scenario: string
  fix: string
  variant?: string
  /** the verdict with the fix if the sentence is true */
  wanted: 'absent' | 'present'
}

const FIXES: readonly HotFix[] = [
  {
    id: 'fix-rdhup',
    section: '1',
    sentence: 'Handling EPOLLRDHUP ends the spin of half-closed connections.',
    scenario: 'half-close',
    fix: 'rdhup',
    wanted: 'absent',
  },
  {
    id: 'fix-listener-wrapper',
    section: '1',
    sentence: 'A wrapper around the listener with a sound SetDeadline, put in while the server runs, ends its spin.',
    scenario: 'deadline-listener',
    fix: 'sound-deadline',
    wanted: 'absent',
  },
  {
    id: 'fix-graceful-restart',
    section: '1',
    sentence: 'SIGUSR2 to a service with a graceful restart ends the spin of its listener and loses no request.',
    scenario: 'deadline-listener',
    fix: 'graceful-restart',
    wanted: 'absent',
  },
  {
    id: 'fix-close-idle',
    section: '1',
    sentence: 'Closing a known idle descriptor from outside gives relief at EMFILE.',
    scenario: 'fd-exhaustion',
    fix: 'close-fd',
    wanted: 'absent',
  },
  {
    id: 'fix-tls-config-swap',
    section: '4.4',
    sentence: 'Swapping the TLS configuration and the listener in the running process ends the storm.',
    scenario: 'tls-storm',
    fix: 'config-swap',
    wanted: 'absent',
  },
  {
    id: 'fix-early-validation',
    section: '4.2',
    sentence: 'Validation in GetConfigForClient ends the storm.',
    scenario: 'tls-storm',
    fix: 'early-validation',
    wanted: 'absent',
  },
]

const claimOf = ({ id, section, sentence, scenario, fix, variant, wanted }: HotFix): Claim => ({
  id,
  section,
  sentence,
  command: `spinlab repro ${scenario} ${variant ? `--variant ${variant} ` : ''}--fix ${fix}`,
  expected: `the spin is ${wanted} with the fix, and comes back without it`,
  async test(bench: Bench) {
    const result = await bench.experiment(scenario, { ...(variant && { variant }), fix: [fix] })
    const fixed = result.phases.find(({ name }) => name === 'fixed')
    const { verdict, sane, effect } = fixed ?? { verdict: 'no-data' }
    if (verdict === 'no-data') return { verdict, measured: result.reasons.join('; '), run: result.run }
    const words = [`${verdict} with the fix`, `${sane?.failed ?? 0} sane requests failed`, effect?.text].filter(Boolean)
    return told(verdict === wanted, words.join(', '), result.run)
  },
})

export default FIXES.map(claimOf)
