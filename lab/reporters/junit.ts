import junit from 'junit-report-builder'
import { broken } from '../errors.ts'
import { phaseTitle } from '../experiment/phases.ts'
import type { ExperimentResult } from '../experiment/result.ts'

// Its types describe an ES module, but what Node imports is the CommonJS builder itself.
const builder = junit as unknown as typeof junit.default

/** One suite an experiment, one case a phase; an inconclusive phase is an error, never a pass. */
export function writeJunit(path: string, results: readonly ExperimentResult[]) {
  const report = builder.newBuilder()
  for (const result of results) {
    const suite = report.testSuite().name(`${result.scenario} ${result.variant}`).time(result.seconds)
    const controls = result.controls.flatMap((control) =>
      control.phases.map((phase) => ({ phase, prefix: `control ${control.variant} ` })),
    )
    for (const { phase, prefix } of [...result.phases.map((phase) => ({ phase, prefix: '' })), ...controls]) {
      const name = `${prefix}${phaseTitle({ name: phase.name, fix: phase.fix ? { name: phase.fix } : null })}`
      const test = suite.testCase().className(`spinlab.${result.scenario}`).name(name).time(phase.seconds)
      const text = [...phase.reasons, `again: ${result.reproduce}`].join('\n')
      if (phase.outcome === 'fail') test.failure(text)
      if (phase.outcome === 'inconclusive') test.error(text)
    }
    // What belongs to no phase, such as a witness that disagrees, must not be lost in a green report.
    if (result.outcome !== 'pass' && [...result.phases, ...result.controls].every((part) => part.outcome === 'pass'))
      suite
        .testCase()
        .className(`spinlab.${result.scenario}`)
        .name('whole')
        .error(result.reasons.join('\n') || result.outcome)
  }
  try {
    report.writeTo(path)
  } catch (error) {
    throw broken(`cannot write the JUnit report ${path}: ${(error as Error).message}`, error)
  }
}
