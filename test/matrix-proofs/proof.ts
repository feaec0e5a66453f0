import { execa } from 'execa'
import { repository } from '../../lab/places.ts'
import { SPINLAB } from '../spinlab.ts'

/** Something that was shown with the tool as a user would run it. */
export interface Proof {
  name: string
  outcome: 'passed' | 'failed' | 'skipped'
  /** what was seen; of a failure or a skip: why */
  text: string
}

/** Runs the tool with --json; its object, or what it said instead. */
export async function ask(args: readonly string[]): Promise<{ answer: unknown; complaint: string }> {
  const { stdout, stderr } = await execa(SPINLAB, [...args, '--json'], {
    cwd: repository,
    reject: false,
    stdin: 'ignore',
  })
  return { answer: stdout ? JSON.parse(stdout) : undefined, complaint: stderr.trim() }
}
