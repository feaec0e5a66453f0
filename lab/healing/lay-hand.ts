import { broken } from '../errors.ts'
import type { Room } from '../stage/room.ts'
import type { Hand } from './hand.ts'
export type Deed = { hand: Hand }
export async function layHand(_room: Room, _pid: number, hand: Hand): Promise<Deed> {
  throw broken(`not yet: ${hand.fix}`)
}
export async function undo(_room: Room, _pid: number, _deed: Deed): Promise<void> {}
