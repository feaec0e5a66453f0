import { cpus, release } from 'node:os'
import { CONTROL } from './observers.ts'
import { overheadTable, type Row, range } from './overhead-table.ts'
import type { Settings } from './settings.ts'

/** What the probe must keep to as it runs by default: median slowdown, and upper end of its interval. */
const GOAL = { median: 1.03, upper: 1.04 }

/** docs/overhead.md: the table of one run, where it was measured, and what it means. `load`: average of the minute before. */
export function overheadPage(
  rows: readonly Row[],
  { seconds, rounds, seed, load }: Settings & { load: number },
): string {
  const [cpu] = cpus()
  const machine = `Linux ${release()}, ${cpus().length} cores (${cpu?.model.trim()}), ${new Date().toISOString().slice(0, 10)}`
  return `# What it costs to look

Written by \`make bench-overhead\`; do not edit.

${overheadTable(rows)}

${machine}; ${rounds} rounds of ${seconds} s, seed ${seed}; load average when it began: ${load.toFixed(1)}${busy(load)}.

${goal(rows)}

The subject is stock net/http that answers five bytes, under \`wrk -t 1 -c 16\`, both in a sandbox of their own on the same cores, so what an
observer costs wrk counts too. Every observer runs as the lab runs it, through its collector, attached before the load begins and
gone before the next run. In each round every one has its turn in random order, with an unobserved run before and after it: the slowdown
is the geometric mean of the requests a second of these two over that of the run between them. So what else the machine does
falls on both sides of the ratio, and the control, which is observed by nobody, tells what is left of it. Server CPU per request is the same
ratio the other way round, and the steadier one where cores are shared. Both are medians over the rounds, the intervals a bootstrap of the
median. Own cores are what the observer accounts for itself, cores to read it what the lab spends on its output meanwhile. The first window is
timed on the idle server, the start of all processes included.

A registered tracepoint of system calls sends each call of every process on the machine through the kernel's slow entry and exit path: on
a server that makes as many calls as this one that is about 4 %, whatever the program behind it (measured apart with an empty one, 21 rounds
on Linux 6.18 with 2 cores: 1.040, interval 1.028 to 1.049). No continuous observer of calls gets below that floor, and other processes pay it
too. So by default the probe counts calls in one short window, which ends once it holds 2000, then rests for four intervals of 100 ms, then for
eight as long as nothing looks futile; it becomes dense only while futile work shows, and a server that spins has little to lose.

Stacks are sampled all the time, ten times a second on each processor while windows are sparse. A sample wakes a processor that is idle, and
in a virtual machine its host's too, which the others wait for: 99 a second on both cores cost this server 8 %, and 997 cost 28 %; once idle
cores polled instead of sleeping it was 1 % and 2 % (seven rounds each). A clock for each thread wakes no idle processor but is set
anew at every switch: at 20 a second that is 1 % under 16 connections and 11 % under one, where those of processors cost 2 % and nothing.

strace stops the server at each of its calls while it is attached. That is 0.3 s in each second here, and its slowdown is the mean over all of
the time, the reading of its trace on the same cores included: a witness for a moment, attached last.
`
}

const busy = (load: number) => (load > 0.5 ? ', so other work shared the cores: trust the ratios, not the rates' : '')

function goal(rows: readonly Row[]): string {
  const { upper } = GOAL
  const asked = `The probe's goal is a median slowdown of at most ${GOAL.median} with an interval that ends at ${upper} or below`
  const ofName = (name: string) => rows.find(({ observation }) => observation.name === name)?.slowdown
  const probe = ofName('probe')
  const control = ofName(CONTROL)
  if (!probe?.interval || !control?.interval) return `${asked}; this run cannot tell.`
  if (probe.median <= GOAL.median && probe.interval[1] <= upper) return `${asked}: met in this run.`
  return control.interval[1] > upper
    ? `${asked}; this run cannot tell, because its control alone, which nobody observes, spans ${range(control)}: repeat it on an idle machine.`
    : `${asked}: not met in this run.`
}
