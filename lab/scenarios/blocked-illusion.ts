import { grown } from '../experiment/grown.ts'
import { phaseTitle } from '../experiment/phases.ts'
import type { Check, Exhibit, Fix, History, Scenario } from '../experiment/scenario.ts'
import { wakesOf } from '../go-runtime/execution-trace.ts'
import { type Growth, type Illusion, illusionOf } from '../go-runtime/illusion.ts'
import { goroutinesOf } from '../go-runtime/snapshot.ts'

/** Goroutines that must be left behind before anything is said of them. */
const CLIMB = 20

const climbing: Check = (history) => {
  const left = grown(history, 'leaked')
  return { holds: left > 0, text: `${left} goroutines left behind, ${history.now.target.gauges.waiting} wait` }
}

const growthOf = ({ first, now }: Pick<History, 'first' | 'now'>): Growth | undefined =>
  first.go && now.go && illusionOf(first.go, now.go)

/** The decision tree must name it. */
const named =
  (illusion: Illusion): Check =>
  (history) => {
    const growth = growthOf(history)
    return {
      holds: growth?.illusion === illusion,
      text: growth ? `${growth.illusion}: ${growth.path.join('; ')}` : 'the Go runtime was not asked',
    }
  }

const leakPatch: Fix = {
  name: 'leak-patch',
  title: 'gives up on the reply, and lets go those that wait for one',
  cures: ['leak'],
  scope: 'standing',
  expected: 'absent',
  effect: (history) => {
    const { first, now } = history
    const requests = grown(history, 'requests')
    const waiting = { before: first.target.gauges.waiting ?? 0, now: now.target.gauges.waiting ?? 0 }
    return {
      holds: requests > 0 && waiting.before >= CLIMB && waiting.now === 0,
      text: `waiting goroutines ${waiting.before} -> ${waiting.now} while ${requests} more requests were answered`,
    }
  },
}

/** The table of the tree's questions: what each phase began with, what it ended with, and the name. */
const exhibit: Scenario['exhibit'] = (phases): Exhibit => ({
  title: 'Which illusion it is, by MemStats, schedtrace, the goroutine profile and an execution trace',
  head: ['phase', 'goroutines', 'most are', 'HeapInuse each', 'stacks each', 'threads in calls', 'woken/s', 'so it is'],
  rows: phases.flatMap(({ phase, facts, trace }) => {
    const [first] = facts
    const now = facts.at(-1)
    const growth = first && now && growthOf({ first, now })
    if (!first?.go || !now?.go || !growth) return []
    const climbs = growth.goroutines >= CLIMB
    const wakes = trace && !('missing' in trace) && wakesOf(trace)
    const kib = (bytes: number) => (climbs ? `${(bytes / 1024).toFixed(1)} KiB` : '-')
    return [
      [
        phaseTitle(phase),
        `${goroutinesOf(first.go)} -> ${goroutinesOf(now.go)}`,
        climbs ? growth.state : '-',
        kib(growth.heapEach),
        kib(growth.stackEach),
        growth.threadsInCalls === null ? '-' : `${growth.threadsInCalls > 0 ? '+' : ''}${growth.threadsInCalls}`,
        wakes ? `${Math.round(wakes.network)} by the poller, ${Math.round(wakes.timers)} by timers` : '-',
        growth.illusion,
      ],
    ]
  }),
})

/**
 * Engine: the netpoller, and it is at rest: a goroutine parked on a channel is off every run queue (gopark, runtime/proc.go) and costs no wait. One in a
 * plain read(2) keeps its thread; sysmon hands the processor on (retake, runtime/proc.go), so threads climb, and still nothing spins.
 */
const blockedIllusion: Scenario = {
  title: 'goroutines climb while the CPU rests: each request leaves one that waits for ever',
  class: 'empty-wakeups',
  chaos: null,
  go: true,
  trace: true,
  sane: { rate: 80, over: 'http' },
  controls: ['stock'],
  exhibit,
  lesson: `Climbing goroutines with an idle CPU are a leak, and no spin. Whether they are blocked in earnest, the threads tell: schedtrace has no field for waiting goroutines.
HeapInuse is never flat meanwhile: each goroutine has a stack and a place in the runtime's books, each thread has more.`,
  variants: [
    {
      name: 'leaked-receivers',
      title: 'waits on a channel that nobody sends to',
      expected: 'absent',
      condition: climbing,
      effect: named('parked-goroutines'),
      fixes: [leakPatch],
    },
    {
      name: 'system-calls',
      title: 'waits in a read(2) that the poller knows nothing of',
      expected: 'absent',
      condition: climbing,
      // Each such call wakes sysmon some 60 times (it sleeps 20 us, and longer after 50 turns without work: sysmon, runtime/proc.go), so not every request makes one.
      settings: { every: '8' },
      effect: named('blocked-in-system-calls'),
      fixes: [leakPatch],
    },
    {
      name: 'stock',
      title: 'stock net/http',
      expected: 'absent',
      condition: ({ first, now }) => {
        const requests = grown({ first, now }, 'requests')
        return { holds: requests > 0, text: `${requests} requests, ${now.target.goroutines} goroutines` }
      },
      effect: named('no-growth'),
      fixes: [],
    },
  ],
}

export default blockedIllusion
