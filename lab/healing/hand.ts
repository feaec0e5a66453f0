/** What can be done to a process from outside, while it runs. */
export type OutsideFix = 'raise-nofile' | 'epoll-del' | 'shutdown-fd' | 'close-fd'

/** One such deed. */
export interface Hand {
  fix: OutsideFix
  /** the descriptor that it is done to; not of `raise-nofile` */
  fd?: number
  /** the soft limit of `raise-nofile` */
  nofile?: number
}
