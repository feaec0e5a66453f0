import type { DescriptorTally } from './descriptor-tally.ts'
import type { TracedCall } from './strace-line.ts'

type Counter = (call: TracedCall, fd: number, descriptors: DescriptorTally) => void

/** Reading without taking, and taking out of an epoll set, do not mean what the plain names mean. */
export function fullName({ name, args }: TracedCall): string {
  if (isPeek(args)) return `${name}+MSG_PEEK`
  return name === 'epoll_ctl' && args[1] === 'EPOLL_CTL_DEL' ? 'epoll_ctl+DEL' : name
}

const isPeek = (args: readonly string[]) => args.some((arg) => arg.startsWith('MSG_') && arg.includes('MSG_PEEK'))

const reading: Counter = ({ name, args, value = -1, errno }, fd, descriptors) => {
  if (isPeek(args)) descriptors.peek(fd, value)
  else if (value > 0 || (value === 0 && descriptors.name(fd).datagram))
    descriptors.useful(fd, { in: name === 'recvmmsg' ? 0 : value })
  // A read into no room at all returns 0 too.
  else if (value === 0 && args[2] !== '0') descriptors.futile(fd, 'eof')
  else fail(descriptors, fd, errno, 'again')
}

const writing: Counter = ({ name, value = -1, errno }, fd, descriptors) => {
  if (value > 0) descriptors.useful(fd, { out: name === 'sendmmsg' ? 0 : value })
  else fail(descriptors, fd, errno, 'sendAgain')
}

const accepting: Counter = ({ value = -1, errno }, fd, descriptors) => {
  descriptors.introduce(fd, { kind: 'listener' })
  if (value >= 0) descriptors.useful(fd)
  else fail(descriptors, fd, errno, 'again')
}

const linking: Counter = ({ value = -1, errno }, fd, descriptors) => {
  if (value === 0) descriptors.useful(fd)
  else if (errno !== 'EINPROGRESS' && errno !== 'EALREADY') fail(descriptors, fd, errno, 'sendAgain')
}

const registering: Counter = ({ args, value, errno }, _, descriptors) => {
  const target = noteDescriptor(args[2], descriptors)
  if (target === undefined) return
  if (value !== 0) fail(descriptors, target, errno, 'again')
  else if (args[1] === 'EPOLL_CTL_DEL') descriptors.useful(target)
}

const moving =
  (from: number, to: number): Counter =>
  ({ args, value = -1, errno }, _, descriptors) => {
    const source = noteDescriptor(args[from], descriptors)
    const destination = noteDescriptor(args[to], descriptors)
    if (source === undefined || destination === undefined) return
    if (value > 0) {
      descriptors.useful(source, { in: value })
      descriptors.useful(destination, { out: value })
    } else if (value === 0) descriptors.futile(source, 'eof')
    // sendfile reads a file, so its EAGAIN is the socket's; splice does not say which end, and is blamed on what it reads.
    else if (from > to) fail(descriptors, destination, errno, 'sendAgain')
    else fail(descriptors, source, errno, 'again')
  }

const COUNTERS: Readonly<Record<string, Counter>> = {
  ...each(['read', 'readv', 'pread64', 'preadv', 'preadv2', 'recv', 'recvfrom', 'recvmsg', 'recvmmsg'], reading),
  ...each(['write', 'writev', 'pwrite64', 'pwritev', 'pwritev2', 'send', 'sendto', 'sendmsg', 'sendmmsg'], writing),
  ...each(['accept', 'accept4'], accepting),
  ...each(['connect', 'shutdown'], linking),
  ...each(['sendfile', 'sendfile64'], moving(1, 0)),
  ...each(['splice', 'copy_file_range'], moving(0, 2)),
  epoll_ctl: registering,
  close: (_, fd, descriptors) => descriptors.close(fd),
}

/** Counts what a call achieved on the descriptors that it names. */
export function countAchievement(call: TracedCall, descriptors: DescriptorTally): void {
  const count = COUNTERS[call.name]
  const fd = count && noteDescriptor(call.args[0], descriptors)
  if (count && fd !== undefined) count(call, fd, descriptors)
}

/** The number of a descriptor argument, `6<TCP:[…]>` or `6`; what it is, is noted on the way. */
export function noteDescriptor(arg: string | undefined, descriptors: DescriptorTally): number | undefined {
  const found = /^(\d+)(?:<(.*)>)?$/s.exec(arg ?? '')
  if (!found) return undefined
  const fd = Number(found[1])
  if (found[2] !== undefined) descriptors.annotate(fd, found[2])
  return fd
}

function fail(descriptors: DescriptorTally, fd: number, errno: string | undefined, again: 'again' | 'sendAgain'): void {
  if (errno === 'EAGAIN') descriptors.futile(fd, again)
  // Interrupted by a signal: says nothing about the descriptor.
  else if (errno !== undefined && errno !== 'EINTR' && !errno.startsWith('ERESTART')) descriptors.failed(fd, errno)
}

function each(names: readonly string[], counter: Counter): Record<string, Counter> {
  return Object.fromEntries(names.map((name) => [name, counter]))
}
