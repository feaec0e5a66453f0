import { client } from '../places.ts'
import type { Room } from '../stage/room.ts'
import type { Listener } from './listeners.ts'
import { Protocol } from './recipe.ts'

/** A port of the server, and what it speaks there. */
export interface Port extends Listener {
  protocol: Protocol
}

/** As clients are told it. */
export const endpoint = ({ address, port }: Listener) =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Finds out by trying. */
export async function protocolOf(room: Room, listener: Listener): Promise<Port> {
  await using child = room.run([process.execPath, client('protocol'), '--to', endpoint(listener)])
  const { value } = await child.lines[Symbol.asyncIterator]().next()
  return { ...listener, protocol: value ? Protocol.parse(JSON.parse(value)) : { tls: false, http: false } }
}
