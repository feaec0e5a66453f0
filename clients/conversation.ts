import type { Socket } from 'node:net'

/** All that one connection says, as data: a sender plays it, a test reads it. */
export interface Conversation {
  /** each is written on its own, `after` ms from the one before */
  chunks: readonly { after: number; bytes: Buffer }[]
  /** what follows, `lingers` ms after the last chunk */
  ending: Ending
  lingers: number
}

/** `stall` keeps the connection open and says nothing more. */
export type Ending = 'stall' | 'fin' | 'rst'

/** Says it on a connected socket; stops when the socket closes. */
export function play(socket: Socket, { chunks, ending, lingers }: Conversation): void {
  let timer: NodeJS.Timeout | undefined
  socket.once('close', () => clearTimeout(timer))
  const after = (ms: number, act: () => void) => {
    if (ms > 0) timer = setTimeout(() => !socket.destroyed && act(), ms)
    else act()
  }
  const say = (index: number) => {
    const chunk = chunks[index]
    if (chunk)
      after(chunk.after, () => {
        socket.write(chunk.bytes)
        say(index + 1)
      })
    else after(lingers, () => end(socket, ending))
  }
  say(0)
}

function end(socket: Socket, ending: Ending) {
  if (ending === 'fin') socket.end()
  if (ending === 'rst') socket.resetAndDestroy()
}
