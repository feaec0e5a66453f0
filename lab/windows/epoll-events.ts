// include/uapi/linux/eventpoll.h
const NAMES: readonly [number, string][] = [
  [0x1, 'IN'],
  [0x2, 'PRI'],
  [0x4, 'OUT'],
  [0x40, 'RDNORM'],
  [0x80, 'RDBAND'],
  [0x100, 'WRNORM'],
  [0x200, 'WRBAND'],
  [0x400, 'MSG'],
  [0x2000, 'RDHUP'],
  [0x10000000, 'EXCLUSIVE'],
  [0x20000000, 'WAKEUP'],
  [0x40000000, 'ONESHOT'],
  [0x80000000, 'ET'],
]

/**
 * The registered events as in epoll_ctl(2), e.g. `IN|RDHUP`; `0` when none is.
 * ERR and HUP are left out: the kernel adds them to every registration (ep_insert() in fs/eventpoll.c).
 */
export function namedEvents(mask: number): string {
  const names = NAMES.filter(([bit]) => (mask & bit) !== 0).map(([, name]) => name)
  return names.join('|') || '0'
}
