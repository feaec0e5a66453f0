import { constants } from 'node:os'

// include/linux/errno.h: what a call interrupted by a signal returns inside the kernel, before it is begun again or fails with EINTR.
const RESTARTS: Readonly<Record<number, string>> = {
  512: 'ERESTARTSYS',
  513: 'ERESTARTNOINTR',
  514: 'ERESTARTNOHAND',
  516: 'ERESTART_RESTARTBLOCK',
}

const NAMES = new Map(
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'ENOTSUP')
    .map(([name, number]) => [number, name]),
)

/** `EAGAIN` of 11. */
export const errnoName = (number: number) => NAMES.get(number) ?? RESTARTS[number] ?? `errno ${number}`
