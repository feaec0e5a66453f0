import type { Stack } from '../windows/window.ts'
import { sum } from './sight.ts'

/** Code that fires timers, whoever set them. */
export const TIMERS =
  /^(?:runtime\.\(\*timers?\)|runtime\.(?:runtimer|adjusttimers|checkTimers|dodeltimer|siftupTimer|siftdownTimer)|time\.(?:goFunc|sendTime)\b|uv__run_timers|uv__next_timeout|listOnTimeout|processTimers|tokio::runtime::time|tokio::time|.*DelayedWorkQueue)/
/** Code that sets, changes or checks the deadline of a descriptor. */
export const DEADLINES =
  /^(?:internal\/poll\.(?:setDeadlineImpl|runtime_pollSetDeadline|\(\*FD\)\.Set|\(\*pollDesc\)\.prepare)|net\.\(\*\w+\)\.Set(?:Read|Write)?Deadline|runtime\.poll_runtime_pollSetDeadline|time\.(?:when|\(\*Timer\)\.(?:Reset|Stop)|modTimer|Until))/
/** Code that looks for something to do, and enters waits. */
export const WAITING =
  /^(?:runtime\.(?:findRunnable|netpoll|schedule|park_m|stealWork|mPark|notesleep|notetsleep|futex|epollwait|selectgo|usleep|osyield)|internal\/runtime\/syscall\.Epoll|epoll_|do_epoll|ep_poll|__x64_sys_(?:epoll|poll|ppoll|select|pselect6|nanosleep|clock_nanosleep|futex|sched_yield)|uv__io_poll|.*selectNow|.*::(?:park|poll)::|mio::)/
/** Code that computes for the runtime: its time is no loop's. */
export const COLLECTING =
  /^(?:runtime\.(?:gc[A-Z]|mallocgc|scanobject|greyobject|bgsweep|sweepone|markroot|\(\*mspan\)|\(\*gcWork\)))/

/** Share of the samples whose stack has such a frame; 0 when there are no samples. */
export function shareOf(stacks: readonly Stack[], frame: RegExp): number {
  const all = sum(stacks.map((stack) => stack.samples))
  const some = sum(stacks.map((stack) => (has(stack, frame) ? stack.samples : 0)))
  return all === 0 ? 0 : some / all
}

export const has = ({ user, kernel }: Stack, frame: RegExp) =>
  user.some((name) => frame.test(name)) || kernel.some((name) => frame.test(name))
