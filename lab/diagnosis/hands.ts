import type { Hand } from '../healing/hand.ts'
import { healCommand, roomierLimit, wordsOf } from '../healing/words.ts'
import type { Finding } from '../signatures/finding.ts'
import { futilityOf } from '../signatures/futility.ts'
import type { SeenDescriptor, Sight } from '../signatures/sight.ts'
import type { Fix, MakeFix } from './fix.ts'

/** A command that names more is not read any more. */
const MOST = 8

/** What the finding is about, and what is futile in the same way: the spin goes on while one of them is left. */
export function descriptorsOf({ subject }: Finding, sight: Sight): readonly SeenDescriptor[] {
  const first = sight.descriptors.find(({ pid, fd }) => pid === subject?.pid && fd === subject?.fd)
  if (!first) return []
  const kindOf = (descriptor: SeenDescriptor) => {
    const futility = futilityOf(descriptor, sight)
    return futility && `${descriptor.pid} ${descriptor.kind} ${futility.class} ${futility.end}`
  }
  const kind = kindOf(first)
  const alike = sight.descriptors.filter((one) => one !== first && one.fd >= 0 && kind && kindOf(one) === kind)
  return [first, ...alike].slice(0, MOST)
}

export const raiseLimit: MakeFix = ({ pid, sight, scene }) => {
  const soft = sight.process?.fdLimit ?? 1024
  const hard = scene.hardFileLimit ?? soft
  const nofile = roomierLimit(soft, hard)
  if (nofile <= soft)
    return {
      name: 'raise-nofile',
      priority: 'now',
      command: `prlimit --pid ${pid} --nofile=${4 * soft}:${4 * soft}`,
      cost: `needs CAP_SYS_RESOURCE, because the hard limit is ${hard} as well`,
      undo: `prlimit --pid ${pid} --nofile=${soft}:${hard}`,
    }
  const hand: Hand = { fix: 'raise-nofile', nofile }
  return {
    name: hand.fix,
    priority: 'now',
    command: healCommand(pid, [hand]),
    cost: wordsOf(hand).cost,
    undo: healCommand(pid, [{ fix: 'raise-nofile', nofile: soft }]),
  }
}

export const epollDelete: MakeFix = ({ pid, descriptors }) =>
  byHands(
    pid,
    'epoll-del',
    descriptors,
    (one) => one.epfd !== undefined && !isEdgeTriggered(one),
    ({ events }) => `the command that it prints registers it again for ${events ?? 'the same events'}`,
  )

/** Such a registration wakes nobody twice for the same bytes: the loop turns without it. */
const isEdgeTriggered = ({ events }: SeenDescriptor) => events?.split('|').includes('ET') ?? false

const RECONNECT = () => 'none: the peer has to connect again'

export const shutDown: MakeFix = ({ pid, descriptors }) =>
  byHands(pid, 'shutdown-fd', descriptors, ({ kind, state }) => kind === 'socket' && state !== 'UNCONN', RECONNECT)

/** The last resort before a restart. */
export const closeIt: MakeFix = ({ pid, descriptors }) =>
  byHands(pid, 'close-fd', descriptors, ({ kind }) => kind === 'socket', RECONNECT)

/** One command for descriptors that the lab's hands take; should a number be given to another before, nothing is done to it. */
function byHands(
  pid: number,
  fix: Hand['fix'],
  [first, ...others]: readonly SeenDescriptor[],
  able: (one: SeenDescriptor) => boolean,
  undo: (first: SeenDescriptor) => string,
): Fix | undefined {
  if (!first || !able(first)) return undefined
  const on = ({ fd, inode }: SeenDescriptor): Hand => ({ fix, fd, ...(inode && { inode }) })
  // The command takes an inode for each of them, or for none.
  const hands = others.filter((one) => able(one) && Boolean(one.inode) === Boolean(first.inode)).map(on)
  const { cost } = wordsOf(on(first), first)
  return {
    name: fix,
    priority: 'now',
    command: healCommand(pid, [on(first), ...hands]),
    cost: hands.length ? `${cost}; so with the ${hands.length} others` : cost,
    undo: undo(first),
  }
}
