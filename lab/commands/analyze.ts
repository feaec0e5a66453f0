import { EXIT } from '../errors.ts'
import { conclude } from '../experiment/conclude.ts'
import { loadScenario } from '../experiment/load-scenarios.ts'
import type { ExperimentResult } from '../experiment/result.ts'
import { terminalReport } from '../reporters/terminal.ts'
import { readManifest, readRecord } from '../run-folder/read.ts'

/** Judges a recorded run again, from what was seen: no process is started and nothing is written. */
export async function analyze(folder: string, { json }: { json: boolean }): Promise<number> {
  const manifest = readManifest(folder)
  const scenario = await loadScenario(manifest.scenario)
  const record = readRecord(folder, manifest, scenario)
  const seen = [record.main, ...record.controls].flatMap((subject) => subject.phases).flatMap((phase) => phase.facts)
  const result: ExperimentResult = {
    scenario: manifest.scenario,
    variant: manifest.variant,
    seed: manifest.seed,
    runner: manifest.runner,
    stage: manifest.stage,
    ...conclude(record, scenario),
    collectors: manifest.collectors,
    seconds: seen.length ? ((seen.at(-1)?.at ?? 0) - Date.parse(manifest.started)) / 1000 : 0,
    run: folder,
    reproduce: manifest.reproduce,
  }
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : terminalReport(result, scenario))
  return EXIT[result.outcome]
}
