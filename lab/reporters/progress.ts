import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2'
import type { Progress } from '../experiment/experiment.ts'
import type { PhaseResult } from '../experiment/result.ts'

/** Shows each phase on standard error while it runs: live on a terminal, plain lines otherwise, nothing when quiet. */
export function showProgress(quiet: boolean): Progress {
  if (quiet) return { begins() {}, ends() {} }
  return process.stderr.isTTY && !process.env.CI ? live() : plain()
}

function plain(): Progress {
  return {
    begins() {},
    ends: (title, result) => void process.stderr.write(`${title}: ${describe(result)}\n`),
  }
}

function live(): Progress {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  let finish: (words: string) => void = () => {}
  return {
    begins(title) {
      const ended = Promise.withResolvers<string>()
      finish = ended.resolve
      const task: ListrTask = {
        title,
        async task(_, handle) {
          handle.title = `${title}: ${await ended.promise}`
        },
      }
      void new Listr([task], { rendererOptions: { logger } }).run()
    },
    ends: (_, result) => finish(describe(result)),
  }
}

function describe(result: PhaseResult): string {
  const verdict = result.verdict === 'present' ? result.class : result.verdict
  return `${verdict} in ${result.seconds.toFixed(1)} s${result.outcome === 'pass' ? '' : ` (${result.outcome}: ${result.reasons[0]})`}`
}
