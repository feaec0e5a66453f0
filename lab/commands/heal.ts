import { noData } from '../diagnosis/no-data.ts'
import { EXIT, unknownName, unsupported, usage } from '../errors.ts'
import { Hand, OUTSIDE_FIXES } from '../healing/hand.ts'
import { type Healing, healing } from '../healing/healing.ts'
import { layHand, planHand } from '../healing/lay-hand.ts'
import { roomierLimit } from '../healing/words.ts'
import { look } from '../process/look.ts'
import { findSubject, type Subject } from '../process/subject.ts'
import { healingReport } from '../reporters/healing.ts'
import { thisMachine } from '../stage/this-machine.ts'

export interface HealOptions {
  fix?: string
  fd?: number
  inode?: number
  nofile?: number
  /** what an earlier healing printed, in JSON */
  undo?: string
  /** do it, instead of saying what would be done */
  yes: boolean
  json: boolean
}

/** A look before and one after the deed (ms). */
const LOOK_MS = 1500

/** Does one of the fixes that work from outside, and looks whether the spin has ended; without `yes` it says what it would do. Returns the exit code. */
export async function heal(id: number, options: HealOptions, stop: AbortSignal): Promise<number> {
  const wanted = handOf(options)
  const subject = await findSubject(id)
  const { pid, name } = subject
  const hand = await pin(subject, wanted)
  if (!options.yes || wanted.sets) {
    const deed = await (options.yes ? layHand : planHand)(thisMachine, pid, hand)
    show(healing({ pid, name, hand, deed }), options)
    return EXIT.pass
  }
  const before = await see(pid, stop)
  if (stop.aborted) return EXIT.inconclusive
  const deed = await layHand(thisMachine, pid, hand)
  const after = await see(pid, stop).catch((error: Error) => noData(pid, error.message))
  show(healing({ pid, name, hand, deed, before, after }), options)
  return { spin: EXIT.fail, healthy: EXIT.pass, 'no-data': EXIT.inconclusive }[after.verdict]
}

const see = (pid: number, stop: AbortSignal) =>
  look(pid, { tree: false, collector: 'auto' }, { until: performance.now() + LOOK_MS, stop })

function handOf({ fix, fd, inode, nofile, undo }: HealOptions): Hand {
  if ((fix === undefined) === (undo === undefined))
    throw usage(`heal takes either --fix or --undo; fixes: ${OUTSIDE_FIXES.join(', ')}`)
  if (undo !== undefined) return parseUndo(undo)
  const known = OUTSIDE_FIXES.find((name) => name === fix)
  if (!known) throw unknownName('fix', `${fix}`, OUTSIDE_FIXES)
  if (known !== 'raise-nofile' && fd === undefined)
    throw usage(`${known} needs the number of a descriptor: --fd N; "spinlab diagnose PID" names the one that spins`)
  if (known === 'raise-nofile' ? (fd ?? inode) !== undefined : nofile !== undefined)
    throw usage(
      `${known} takes ${known === 'raise-nofile' ? '--nofile, and no descriptor' : '--fd and --inode, and no --nofile'}`,
    )
  return { fix: known, fd, inode, nofile }
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
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : healingReport(result))
}
