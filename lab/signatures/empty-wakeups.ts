import type { Stack } from '../windows/window.ts'
import { coresIn, coresOfEmpty } from './cost.ts'
import { filesDone } from './files.ts'
import type { Suspicion } from './finding.ts'
import { calls, firesTimers, keepsTime, runsTimed, schedules, waits, waitsItself } from './frames.ts'
import { emptyEnds } from './futility.ts'
import { loops } from './loops.ts'
import { isGo, isThread, shareOf } from './roots.ts'
import type { Sight } from './sight.ts'
import { sum } from './sums.ts'
import { describe, rate } from './words.ts'

/** A timeout up to this class is a poll; a longer one is somebody's clock. */
const POLLS: ReadonlySet<string> = new Set(['0', '100us', '1ms', '10ms', 'unknown'])
/**
 * Empty waits for each useful call. Measured: at most 0.7 in healthy servers (Go with one busy client asks once without blocking before it parks),
 * 5 and more with a polling thread beside a busy server, no useful call at all in an idle one.
 */
const EMPTY_PER_USEFUL = 3
/** Share of CPU samples in timer code. Measured: at most 6 % in healthy servers, 39 % in a busy one with leaked timers, 60 % and more in idle ones. */
const TIMER_SHARE = 0.2
/** Where timers run what they are for, share of the samples in keeping time, from which on that is all they do. Measured: 16 % with leaked intervals in Node, at most 1.4 % in healthy servers, none where a timer computes. */
const TIMEKEEPING_SHARE = 0.05

/** Shares of fewer samples are noise. */
const PROFILE = 8
/** Share of a thread's samples in waits; a thread that serves has some of its samples in reads and writes. */
const POLLING_SHARE = 0.1
/** Waits that ended at once with nothing, for each time that a thread slept. Measured: 1.8 in a thread that is woken for something beside one that asks, thousands in those that only ask. */
const NEVER_BLOCKS = 10
/** Waits that one paced retry makes, with those of the runtime. Measured: 3.3 in Go. */
const OWN_WAITS = 10
/** Wake-ups a second that a process may well mean to give itself. */
const OWN_CLOCK = 1000
/** Times that it wakes itself for each useful call. Measured: 4 where a thread pool compresses in pieces, 47 and more in loops. */
const WAKES_PER_USEFUL = 12

/** Waits and sleeps that end with nothing, in a storm. */
export function emptyWakeups(sight: Sight): Suspicion[] {
  const retries = loops(sight, 'empty-wakeups')
  const waiting = emptyWaits(sight)
  const alone = waiting.length ? waiting : poller(sight)
  // The waits between retries are theirs, unless there are many more of them.
  const own = OWN_WAITS * sum(retries.map(({ turns }) => turns))
  return [...retries, ...timerStorm(sight), ...alone.filter(({ turns }) => turns > own), ...selfWaking(sight)]
}

function emptyWaits(sight: Sight): Suspicion[] {
  const polls = emptyEnds(sight).filter(({ timeout }) => POLLS.has(timeout))
  const empty = sum(polls.map((end) => end.empty))
  if (empty === 0 || empty < EMPTY_PER_USEFUL * (sight.progress + filesDone(sight))) return []
  const unblocked = sum(polls.map((end) => (end.timeout === '0' ? end.empty : 0)))
  return [
    {
      class: 'empty-wakeups',
      cause: unblocked > empty / 2 ? 'zero-timeout' : 'short-timeout',
      turns: empty,
      cores: waitingCores(empty, unblocked < empty / 2, sight),
      evidence: 'counted',
      numbers: {
        turns: empty / sight.seconds,
        unblocked: unblocked / sight.seconds,
        useful: sight.progress / sight.seconds,
      },
      text: `waits and sleeps end with nothing ${rate(empty / sight.seconds)}, ${Math.round((100 * unblocked) / empty)} % of them with a timeout of 0; useful calls ${rate(sight.progress / sight.seconds)}`,
    },
  ]
}

/** In Go programs the waiting is done by the scheduler, or by a system call of the program's own, so what goroutines compute meanwhile is no part of it. */
function waitingCores(turns: number, sleeps: boolean, sight: Sight): number | undefined {
  if (isGo(sight.roots)) return coresIn(sight, (stack) => schedules(stack) || waitsItself(stack))
  // The shortest of calls is hardly ever caught in what gives it its name.
  const caught = sight.roots.some((root) => root.stacks.some(waits))
  return coresOfEmpty(turns, sight, caught ? waits : calls, sleeps)
}

/** A thread that does nothing but poll, beside others that serve. */
function poller(sight: Sight): Suspicion[] {
  const polls = emptyEnds(sight).filter(({ timeout }) => POLLS.has(timeout))
  const empty = sum(polls.map((end) => end.empty))
  const slept = sum(polls.map((end) => (end.timeout === '0' ? 0 : end.empty)))
  return sight.roots.flatMap((root) => {
    const share = shareOf(root.stacks, waits)
    const other = shareOf(root.stacks, (stack) => calls(stack) && !waits(stack))
    // One that is woken for something wakes more often than sleeps run out of time; who never blocks hardly sleeps at all.
    const woken = (sight.threads.find(({ tid }) => tid === root.tid)?.voluntary ?? 0) * sight.seconds
    if (
      root.samples < PROFILE ||
      !isThread(root) ||
      (slept < woken / 2 && empty < NEVER_BLOCKS * woken) ||
      share < POLLING_SHARE ||
      other > POLLING_SHARE / 10
    )
      return []
    return [
      {
        class: 'empty-wakeups' as const,
        cause: 'short-timeout' as const,
        turns: empty,
        cores: coresOfEmpty(empty, { ...sight, progress: 0, roots: [root] }, waits),
        evidence: 'sampled' as const,
        subject: { tid: root.tid },
        numbers: { turns: empty / sight.seconds, samples: root.samples },
        text: `${root.name} does nothing but wait shortly, again and again`,
      },
    ]
  })
}

/** Woken by its own eventfd or timerfd each time, and nothing comes of it. */
function selfWaking(sight: Sight): Suspicion[] {
  const done = sight.progress + filesDone(sight)
  return sight.descriptors
    .filter(({ kind, useful, ready }) => (kind === 'eventfd' || kind === 'timerfd') && ready > 0 && useful > 0)
    .filter(({ ready }) => ready > WAKES_PER_USEFUL * done && ready >= sight.seconds * OWN_CLOCK)
    .map((bell) => ({
      class: 'empty-wakeups' as const,
      cause: 'self-waking' as const,
      turns: bell.ready,
      cores: coresOfEmpty(bell.ready, sight, waits),
      evidence: 'counted' as const,
      subject: { pid: bell.pid, fd: bell.fd },
      numbers: { turns: bell.ready / sight.seconds, useful: sight.progress / sight.seconds },
      text: `${describe(bell)} wakes the loop ${rate(bell.ready / sight.seconds)}, and useful calls come ${rate(sight.progress / sight.seconds)}`,
    }))
}

/** Does not show in system calls while the server is busy: it finds something to do whenever a timer has fired. */
function timerStorm(sight: Sight): Suspicion[] {
  const stacks = sight.roots.flatMap((root) => root.stacks)
  const idle = shareOf(stacks, keepsTime) >= TIMEKEEPING_SHARE
  const fires = (stack: Stack) => firesTimers(stack) || (idle && runsTimed(stack))
  const share = shareOf(stacks, fires)
  if (sight.samples < PROFILE || share < TIMER_SHARE) return []
  return [
    {
      class: 'empty-wakeups',
      cause: 'timer-storm',
      turns: sight.samples * share,
      cores: coresIn(sight, fires),
      evidence: 'sampled',
      numbers: { timerShare: share, samples: sight.samples },
      text: `timers fire in a storm: ${Math.round(100 * share)} % of the CPU samples are in timer code`,
    },
  ]
}
