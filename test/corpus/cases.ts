import { execFile, execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { repository } from '../../lab/places.ts'

export type Variant = 'buggy' | 'fixed'

/** A released bug of a real project, or a healthy server under load. */
export interface Case {
  id: string
  folder: string
  project: string
  issue: string
  buggy: string | null
  fixed: string
  cause: string
  variants: Variant[]
  /** the class that its buggy variant must get, or `healthy` */
  expect: string
  /** other classes that are right as well */
  also: string[]
}

/** What was said of one variant of a case. */
export interface Judged {
  of: Case
  variant: Variant
  /** class of the spin, `healthy` or `no-data`; of a case that did not come to it, what happened instead */
  got: string
  right: boolean
  /** of wall time */
  seconds: number
  cause: string
}

const CASES = join(import.meta.dirname, 'cases')
const CLASSES: Readonly<Record<string, string>> = {
  Z: 'empty-wakeups',
  R: 'unconsumed-readiness',
  E: 'error-loop',
  U: 'userland-loop',
  healthy: 'healthy',
}
const className = (letter: string) => CLASSES[letter] ?? letter

/** What cases build and write. */
const env = { CASE_CACHE: join(repository, '.build/corpus'), ...process.env }
/** Exit code of a set-up for which this machine lacks something. */
const LACKS = 4

/** Those whose name holds one of the parts; all without any. A new case is a new folder. */
export function cases(parts: readonly string[]): Case[] {
  return readdirSync(CASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && (!parts.length || parts.some((part) => entry.name.includes(part))))
    .map(({ name }) => {
      const folder = join(CASES, name)
      const { class: letter, also, ...rest } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'))
      return {
        ...rest,
        folder,
        variants: letter === 'healthy' ? ['fixed'] : ['buggy', 'fixed'],
        expect: className(letter),
        also: also.map(className),
      }
    })
}

/** What a variant may be called. */
export const rightFor = ({ expect, also }: Case, variant: Variant): string[] =>
  variant === 'buggy' ? [expect, ...also] : ['healthy']

/** Builds what the case needs, once. Returns what this machine lacks for it, if anything. */
export async function setUp({ id, folder }: Case): Promise<string | undefined> {
  try {
    await promisify(execFile)(join(folder, 'setup'), { env, maxBuffer: 1 << 26 })
    return undefined
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string }
    const said = stderr.trim().split('\n').at(-1) ?? ''
    if (code === LACKS) return said
    throw new Error(`${id}: its set-up ended with ${code}: ${said}`)
  }
}

/** A case in the state that is to be judged; ends with all that belongs to it. */
export interface Running extends Disposable {
  pid: number
}

export function start({ id, folder }: Case, variant: Variant): Running {
  const stop = () => execFileSync(join(folder, 'stop'), { env, stdio: 'ignore' })
  try {
    const said = execFileSync(join(folder, 'start'), [variant], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const pid = Number(said.trimEnd().split('\n').at(-1))
    if (!Number.isInteger(pid)) throw new Error(`${id} ${variant}: its start named no process: ${said.trim()}`)
    return { pid, [Symbol.dispose]: stop }
  } catch (error) {
    stop()
    throw error
  }
}
