import { SpinlabError, usage } from '../errors.ts'
import { binary } from '../places.ts'
import type { Room } from '../stage/room.ts'
import { Deed } from './deed.ts'
import type { Hand } from './hand.ts'

/**
 * Does a deed to a process, `pid` as the room sees it. Throws SpinlabError, with the process as it was: usage when it
 * cannot be done to this process, inconclusive when the process is gone, unsupported when the rights do not permit it.
 */
export const layHand = (room: Room, pid: number, hand: Hand): Promise<Deed> => heal(room, pid, hand)

/** What it would do: reads only. Throws as layHand does. */
export const planHand = (room: Room, pid: number, hand: Hand): Promise<Deed> => heal(room, pid, hand, '--plan')

/** Takes a deed back. */
export function undo(room: Room, pid: number, deed: Deed): Promise<Deed> {
  if (!deed.undo) throw usage(`${deed.fix} cannot be taken back`)
  return heal(room, pid, deed.undo)
}

async function heal(room: Room, pid: number, hand: Hand, ...flags: string[]): Promise<Deed> {
  await using child = room.run([binary('probe'), 'heal', '--pid', `${pid}`, '--hand', JSON.stringify(hand), ...flags])
  let said = ''
  for await (const line of child.lines) said += line
  const code = await child.ended
  if (code !== 0)
    throw new SpinlabError(
      code,
      child
        .complaint()
        .trim()
        .replace(/^probe: (cannot be done: )?/, '') || `probe heal ended with ${code} and without a word`,
    )
  return Deed.parse(JSON.parse(said))
}
