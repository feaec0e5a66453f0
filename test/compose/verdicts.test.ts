import { expect, test } from 'vitest'
import { loadScenario, scenarioNames } from '../../lab/experiment/load-scenarios.ts'
import { phaseTitle } from '../../lab/experiment/phases.ts'
import type { ExperimentResult, PhaseResult } from '../../lab/experiment/result.ts'
import { readManifest, readRecord } from '../../lab/run-folder/read.ts'
import { folderWith } from '../folder.ts'
import { spinlab } from '../spinlab.ts'
import { isOld, stacks } from './engine.ts'

const chosen = process.env.SPINLAB_SCENARIOS?.split(',').filter(Boolean) ?? []
const scenarios = chosen.length ? chosen : scenarioNames()

test.each(scenarios)('%s comes to the same verdicts natively and under Compose', async (name) => {
  const out = await folderWith()
  const native = await held(name, 'native', out)
  const compose = await held(name, 'compose', out)
  const [here, there] = [verdicts(native), verdicts(compose)]
  const differing = here.filter((one, i) => JSON.stringify(one) !== JSON.stringify(there[i])).map(({ phase }) => phase)
  for (const phase of differing)
    for (const result of [native, compose])
      process.stdout.write(`${result.runner}, ${phase}:\n${(await windowsOf(result, phase)).join('\n')}\n`)
  expect(there).toEqual(here)
  // Two that saw nothing would agree, too.
  expect(there.filter(({ outcome }) => outcome === 'inconclusive')).toEqual([])
  expect(compose.stage).toMatch(isOld ? /CAP_SYS_ADMIN, CAP_SYS_PTRACE$/ : /CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE$/)
  expect(await stacks()).toEqual([])
})

async function held(name: string, runner: string, out: string): Promise<ExperimentResult> {
  const { stdout, stderr } = await spinlab('repro', name, '--runner', runner, '--json', '--quiet', '--out-dir', out)
  expect(stdout, stderr).not.toBe('')
  const result: ExperimentResult = JSON.parse(stdout)
  process.stdout.write(
    `${name}: ${result.outcome} in ${result.seconds.toFixed(0)} s, ${result.stage}\n${result.reasons.map((reason) => `  ${reason}\n`).join('')}`,
  )
  return result
}

/** Of each phase of the server and of the controls. Whether a second observer agrees is no matter of where the server runs. */
function verdicts({ variant, phases, controls }: ExperimentResult) {
  const of = (server: string) => (phase: PhaseResult) => ({
    phase: `${server}: ${titleOf(phase)}`,
    verdict: phase.verdict,
    class: phase.class,
    outcome: phase.outcome,
  })
  return [...phases.map(of(variant)), ...controls.flatMap((control) => control.phases.map(of(control.variant)))]
}

const titleOf = ({ name, fix }: PhaseResult) => phaseTitle({ name, fix: fix ? { name: fix } : null })

/** The last windows that a phase was judged by, as they were recorded. */
async function windowsOf({ run, scenario }: ExperimentResult, wanted: string): Promise<string[]> {
  const record = readRecord(run, readManifest(run), await loadScenario(scenario))
  const phase = [record.main, ...record.controls]
    .flatMap((subject) => subject.phases.map((evidence) => ({ subject, evidence })))
    .find(({ subject, evidence }) => `${subject.variant.name}: ${phaseTitle(evidence.phase)}` === wanted)
  return phase?.evidence.windows.slice(-2).map((window) => JSON.stringify(window)) ?? ['none']
}
