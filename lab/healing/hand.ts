import { z } from 'zod'

/** What can be done to a process from outside, while it runs. */
export const OUTSIDE_FIXES = ['raise-nofile', 'epoll-del', 'shutdown-fd', 'close-fd'] as const
export type OutsideFix = (typeof OUTSIDE_FIXES)[number]

/** The registration of a descriptor in one epoll set, as epoll_ctl(2) was given it. */
export const Membership = z.object({
  epfd: z.number().int(),
  events: z.number().int(),
  /** 64 bits, in decimal */
  data: z.string(),
  inode: z.number().int(),
  /** the events in words, e.g. `IN|RDHUP` */
  names: z.string(),
})

/** One such deed; `epoll-add` takes `epoll-del` back. */
export const Hand = z.strictObject({
  fix: z.enum([...OUTSIDE_FIXES, 'epoll-add']),
  /** the descriptor that it is done to; not of `raise-nofile` */
  fd: z.number().int().optional(),
  /** of the socket or pipe that `fd` was: nothing is done when the number stands for another by now */
  inode: z.number().int().optional(),
  /** the soft limit of `raise-nofile` */
  nofile: z.number().int().optional(),
  /** what `epoll-add` registers again */
  sets: z.array(Membership).optional(),
})
export type Hand = z.infer<typeof Hand>
