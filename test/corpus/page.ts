import { cpus, loadavg, release } from 'node:os'
import { sum } from '../../lab/signatures/sums.ts'
import type { Judged } from './cases.ts'

/** docs/corpus.md: what was said of each case in one run over all of them. */
export function corpusPage(judged: readonly Judged[], passes: number): string {
  const right = judged.filter(({ right }) => right).length
  const slowest = Math.max(...judged.map(({ seconds }) => seconds))
  const rows = [...Map.groupBy(judged, ({ of, variant }) => `${of.id} ${variant}`).values()].map(line)
  const load = (loadavg()[2] ?? 0).toFixed(1)
  const machine = `Linux ${release()}, ${cpus().length} cores, ${new Date().toISOString().slice(0, 10)}; load average of the last 15 minutes: ${load}`
  return `# Released bugs, diagnosed

Written by \`make corpus-docs\`; do not edit.

Each case is a released version of a real project that spins, and the version that fixed it, or a healthy server under load
([test/corpus](../test/corpus/README.md)). It is brought into its state, and \`bin/spinlab diagnose PID --json\` is asked once in each pass.
Its class must be the one that was established by hand, from the sources and with strace, before it was asked.

${right} of ${judged.length} judgements right in ${passes} passes; the slowest answer took ${slowest.toFixed(1)} s (3 s is the aim on a machine that has a core to spare). ${machine}.

| project | version | must be | right | seconds | why, in the words of the diagnosis |
|---------|---------|---------|-------|---------|------------------------------------|
${rows.join('\n')}
`
}

function line(passes: readonly Judged[]): string {
  const [first] = passes
  if (!first) return ''
  const { of, variant } = first
  const right = passes.filter((one) => one.right).length
  const seconds = sum(passes.map((one) => one.seconds)) / passes.length
  const cells = [
    `${of.project} (${of.issue})`,
    variant === 'buggy' ? (of.buggy ?? '') : of.fixed,
    variant === 'buggy' ? of.expect : 'healthy',
    `${right}/${passes.length}`,
    seconds.toFixed(1),
    first.cause.replaceAll('|', '/') || 'nothing burns',
  ]
  return `| ${cells.join(' | ')} |`
}
