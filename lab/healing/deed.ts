import { z } from 'zod'

/** The registration of a descriptor in one epoll set, as epoll_ctl(2) was given it. */
const Membership = z.object({
  epfd: z.number(),
  events: z.number(),
  /** 64 bits, in decimal */
  data: z.string(),
  inode: z.number(),
  /** the events in words, e.g. `IN|RDHUP` */
  names: z.string(),
})

/** What a number stands for in the process. */
const Descriptor = z.object({
  fd: z.number(),
  open: z.boolean(),
  kind: z.string().optional(),
  inode: z.number().optional(),
  state: z.string().optional(),
  local: z.string().optional(),
  peer: z.string().optional(),
  /** bytes; of a listener, connections */
  recvQueue: z.number().optional(),
  /** the epoll sets that report it */
  sets: z.array(Membership).optional(),
})

/** What a deed concerns, at one moment. */
const State = z.object({
  /** of open descriptors: the limits, and how many there are */
  nofile: z.object({ soft: z.number(), hard: z.number(), open: z.number() }).optional(),
  descriptor: Descriptor.optional(),
})
export type State = z.infer<typeof State>

/** What takes a deed back. */
const Undo = z.object({
  fix: z.enum(['raise-nofile', 'epoll-add', 'epoll-del']),
  fd: z.number().optional(),
  inode: z.number().optional(),
  nofile: z.number().optional(),
  sets: z.array(Membership).optional(),
})
export type Undo = z.infer<typeof Undo>

/** What was done to a process, or would be. */
export const Deed = z.object({
  fix: z.string(),
  /** false of a plan */
  done: z.boolean(),
  /** for how long one of its threads was held up, at most (ms); the others never are */
  stoppedMs: z.number(),
  before: State,
  /** null of a plan */
  after: State.nullable(),
  /** null when nothing takes it back */
  undo: Undo.nullable(),
})
export type Deed = z.infer<typeof Deed>
