import { noData } from '../diagnosis/no-data.ts'
import { EXIT, SpinlabError, unknownName, unsupported, usage } from '../errors.ts'
import { Hand, OUTSIDE_FIXES } from '../healing/hand.ts'
import { type Healing, healing, type Step } from '../healing/healing.ts'
import { layHand, planHand } from '../healing/lay-hand.ts'
import { roomierLimit } from '../healing/words.ts'
import { look } from '../process/look.ts'
import { findSubject, type Subject } from '../process/subject.ts'
import { healingReport } from '../reporters/healing.ts'
import { thisMachine } from '../stage/this-machine.ts'

export interface HealOptions {
  fix?: string
  /** of the descriptors that it is done to */
  fd: number[]
  /** of each of them, or of none */
  inode: number[]
  nofile?: number
  /** what an earlier healing printed, in JSON */
  undo: string[]
  /** do it, instead of saying what would be done */
  yes: boolean
  json: boolean
}

/** A look before and one after the deed (ms). */
const LOOK_MS = 1500

/** Does one of the fixes that work from outside, and looks whether the spin has ended; without `yes` it says what it would do. Returns the exit code. */
export async function heal(id: number, options: HealOptions, stop: AbortSignal): Promise<number> {
  const wanted = handsOf(options)
  const subject = await findSubject(id)
  const { pid, name } = subject
  const hands: Hand[] = []
  for (const hand of wanted) hands.push(await pin(subject, hand))
  if (!options.yes || options.undo.length) {
    show(healing({ pid, name, steps: await each(hands, pid, options.yes ? layHand : planHand) }), options)
    return EXIT.pass
  }
  const before = await see(pid, stop)
  if (stop.aborted) return EXIT.inconclusive
  const steps = await each(hands, pid, layHand)
  const after = await see(pid, stop).catch((error: Error) => noData(pid, error.message))
  show(healing({ pid, name, steps, before, after }), options)
  return { spin: EXIT.fail, healthy: EXIT.pass, 'no-data': EXIT.inconclusive }[after.verdict]
}

/** One after the other; what cannot be done to one descriptor is done to the others all the same. Throws when nothing could be done. */
async function each(hands: readonly Hand[], pid: number, act: typeof layHand): Promise<Step[]> {
  const errors: SpinlabError[] = []
  const steps: Step[] = []
  for (const hand of hands) {
    try {
      steps.push({ hand, deed: await act(thisMachine, pid, hand) })
    } catch (error) {
      if (!(error instanceof SpinlabError)) throw error
      errors.push(error)
      steps.push({ hand, reason: error.message })
    }
  }
  if (errors[0] && errors.length === hands.length) throw errors[0]
  return steps
}

const see = (pid: number, stop: AbortSignal) =>
  look(pid, { tree: false, collector: 'auto' }, { until: performance.now() + LOOK_MS, stop })

function handsOf({ fix, fd, inode, nofile, undo }: HealOptions): Hand[] {
  if ((fix === undefined) === (undo.length === 0))
    throw usage(`heal takes either --fix or --undo; fixes: ${OUTSIDE_FIXES.join(', ')}`)
  if (undo.length) return undo.map(parseUndo)
  const known = OUTSIDE_FIXES.find((name) => name === fix)
  if (!known) throw unknownName('fix', `${fix}`, OUTSIDE_FIXES)
  const ofProcess = known === 'raise-nofile'
  if (!ofProcess && fd.length === 0)
    throw usage(`${known} needs the number of a descriptor: --fd N; "spinlab diagnose PID" names the one that spins`)
  if (ofProcess ? fd.length + inode.length > 0 : nofile !== undefined)
    throw usage(`${known} takes ${ofProcess ? '--nofile, and no descriptor' : '--fd and --inode, and no --nofile'}`)
  if (ofProcess) return [{ fix: known, nofile }]
  const twice = fd.find((number, i) => fd.indexOf(number) !== i)
  if (twice !== undefined) throw usage(`--fd ${twice} is given twice`)
  if (inode.length && inode.length !== fd.length)
    throw usage(
      `--inode is given ${inode.length} times for ${fd.length} descriptors: once for each --fd, or not at all`,
    )
  return fd.map((number, i) => ({ fix: known, fd: number, inode: inode[i] }))
}

function parseUndo(text: string): Hand {
  try {
    return Hand.parse(JSON.parse(text))
  } catch {
    throw usage(`--undo takes what an earlier heal printed as "undo", not ${text}`)
  }
}

/** Fills in what was left open, so that what is done is what was planned: the limit, and the file that the number stands for. */
async function pin(subject: Subject, hand: Hand): Promise<Hand> {
  const whole = hand.fix === 'raise-nofile' ? { ...hand, nofile: hand.nofile ?? roomierLimitOf(subject) } : hand
  const { before } = await planHand(thisMachine, subject.pid, whole)
  return { ...whole, inode: before.descriptor?.inode || undefined }
}

function roomierLimitOf({ pid, softFileLimit: soft, hardFileLimit: hard }: Subject): number {
  if (soft === undefined || hard === undefined)
    throw unsupported(`the limits of process ${pid} may not be read: run as its user or as root`)
  const nofile = roomierLimit(soft, hard)
  if (nofile > soft) return nofile
  throw usage(
    `the soft limit of process ${pid}, ${soft} descriptors, is at its hard limit of ${hard}, which only CAP_SYS_RESOURCE can raise`,
  )
}

function show(result: Healing, { json }: HealOptions) {
  for (const { fd, reason } of result.failed) process.stderr.write(`spinlab: fd ${fd}: ${reason}\n`)
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : healingReport(result))
}
