import { styleText } from 'node:util'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Fix } from '../diagnosis/fix.ts'
import { short } from '../signatures/words.ts'

/** The answer first, then what it rests on, then what to do. */
export function diagnosisReport(diagnosis: Diagnosis): string {
  const { evidence, illusion, blind, lost, collector, seconds } = diagnosis
  const now = diagnosis.fixes.filter(({ priority }) => priority === 'now')
  const later = diagnosis.fixes.filter(({ priority }) => priority === 'later')
  const others = diagnosis.findings.filter(({ spin, text }) => !spin && text !== diagnosis.cause)
  return [
    headline(diagnosis),
    diagnosis.cause ? `  ${diagnosis.cause}` : '',
    section(
      'also',
      others.map(({ name, text }) => `${name}: ${text}`),
    ),
    section('evidence', evidence),
    illusion ? section('spin or illusion', [...illusion.path, `so: ${illusion.is}`]) : '',
    section('do now', now.map(fix)),
    section('fix later', later.map(fix)),
    section('not seen', [...blind, ...(lost ? [`${lost} events were lost`] : [])]),
    `  seen by ${collector} for ${seconds.toFixed(1)} s\n`,
  ]
    .filter(Boolean)
    .join('\n')
}

function headline({ name, pid, verdict, class: spin, confidence, cpu, severity }: Diagnosis): string {
  const sure = `${Math.round(100 * confidence)} % sure`
  const who = `${name} (pid ${pid})`
  if (verdict === 'no-data') return `${styleText('yellow', 'no data')}  ${who}`
  if (verdict === 'healthy')
    return `${styleText('green', 'healthy')}  ${who}: no spin; it wants ${cpu.toFixed(2)} cores; ${sure}`
  const cost = cpu > 0 ? `${severity.cores.toFixed(2)} of ${cpu.toFixed(2)} cores, ` : ''
  return `${styleText(['red', 'bold'], `spin: ${spin}`)}  ${who}: ${cost}${short(Math.round(severity.wakeups))} wake-ups a second; ${sure}`
}

const section = (title: string, lines: readonly string[]) =>
  lines.length ? [`  ${styleText('bold', title)}`, ...lines.map((line) => `    ${line}`)].join('\n') : ''

function fix({ name, command, cost, undo }: Fix): string {
  if (!command) return name
  return `${name}: ${styleText('cyan', command)}\n        cost: ${cost}; undo: ${undo}`
}
