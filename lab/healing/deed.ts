import { z } from 'zod'
import { Hand, Membership } from './hand.ts'

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
  /** what takes it back; null when nothing does */
  undo: Hand.nullable(),
})
export type Deed = z.infer<typeof Deed>
