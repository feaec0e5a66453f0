import type { Hand } from './hand.ts'

/** What a fix does and costs, in words. */
interface Words {
  does: string
  cost: string
}

const INSTEAD = 'in place of its next system call, which it makes right after'
const HELD = 'holds one thread, for about 0.2 ms on an idle machine and 10 ms on a very busy one'

/** What a descriptor is, as far as it is known. */
interface Subject {
  kind?: string | undefined
  peer?: string | undefined
}

const WORDS: Readonly<Record<Hand['fix'], (hand: Hand, subject: Subject) => Words>> = {
  'raise-nofile': ({ nofile }) => ({
    does: `sets the soft limit of open descriptors to ${nofile}; nothing is stopped`,
    cost: 'none at once; descriptors that leak will fill the larger table too',
  }),
  'epoll-del': ({ fd }, { kind }) => ({
    does: `takes fd ${fd} out of its epoll sets; nothing is stopped`,
    cost:
      kind === 'listener'
        ? `hides the listener: no connection is accepted from fd ${fd} any more, which stays open`
        : `hides the connection: the process hears nothing of fd ${fd} any more, which stays open`,
  }),
  'epoll-add': ({ fd }) => ({
    does: `registers fd ${fd} again in the epoll sets that it was taken out of; nothing is stopped`,
    cost: 'the spin that was ended by taking it out begins again',
  }),
  'shutdown-fd': ({ fd }, subject) => ({
    does: `lets one thread make shutdown(${fd}) ${INSTEAD}; the descriptor stays open`,
    cost: `${HELD}; ${loss(subject)}; helps only where the end of the stream is noticed`,
  }),
  'close-fd': ({ fd }, subject) => ({
    does: `lets one thread make close(${fd}) ${INSTEAD}`,
    cost: `${HELD}; ${loss(subject)}; what still owns the number ${fd} in the program may later close the next descriptor that gets it`,
  }),
}

function loss({ kind, peer }: Subject): string {
  if (kind === 'listener') return 'nothing is accepted there any more'
  return kind === 'socket' ? `cuts the connection${peer ? ` with ${peer}` : ''}` : 'what uses it fails'
}

export const wordsOf = (hand: Hand, subject: Subject = {}): Words => WORDS[hand.fix](hand, subject)

/** What an engineer types to have it done: one fix, to as many descriptors as there are hands. */
export function healCommand(pid: number, hands: readonly Hand[]): string {
  const given = hands.flatMap((hand) => {
    const { fd, inode, nofile, sets } = hand
    if (sets) return [`--undo '${JSON.stringify(hand)}'`]
    const flags = { fd, inode: inode || undefined, nofile }
    return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]))
  })
  const [first] = hands
  const fix = first && !first.sets ? ['--fix', first.fix] : []
  return ['bin/spinlab heal', pid, ...fix, ...given, '--yes'].join(' ')
}

/** A soft limit with room, as far as the hard one permits. */
export const roomierLimit = (soft: number, hard: number) => Math.min(Math.max(4 * soft, 4096), hard)
