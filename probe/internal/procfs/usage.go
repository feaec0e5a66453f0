package procfs

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/window"
)

// Usage samples the CPU, run-queue wait and switches of one process, and tells what they grew by since the last time.
type Usage struct {
	pid     int
	last    time.Time
	cpu     uint64 // nanoseconds
	threads map[int]*thread
	round   int
	buffer  []byte
}

// thread keeps its file open: reading it again is half the cost of opening it.
type thread struct {
	schedstat              int
	name                   string
	cpu, runQueue, slices  uint64
	voluntary, involuntary uint64
	round                  int
}

// NewUsage takes the first sample. pid must have been checked.
func NewUsage(pid int) *Usage {
	u := &Usage{pid: pid, threads: map[int]*thread{}, buffer: make([]byte, 4096)}
	u.Sample()
	return u
}

// processClock names the CPU clock of another process, exact to the nanosecond and with its ended threads included
// (MAKE_PROCESS_CPUCLOCK and CPUCLOCK_SCHED of include/linux/posix-timers_types.h).
func processClock(pid int) int32 { return int32(^pid<<3 | 2) }

// Sample returns the use since the last call: the process as a whole and each thread that ran or wanted to.
func (u *Usage) Sample() (window.Process, []window.Thread) {
	now := time.Now()
	seconds := now.Sub(u.last).Seconds()
	u.last = now
	u.round++
	process := window.Process{}
	active := []window.Thread{}

	var clock unix.Timespec
	if unix.ClockGettime(processClock(u.pid), &clock) == nil {
		total := uint64(clock.Nano())
		if u.round > 1 && total > u.cpu {
			process.CPU = float64(total-u.cpu) / 1e9 / seconds
		}
		u.cpu = total
	}
	for _, tid := range Threads(u.pid) {
		grown, ok := u.sampleThread(tid, seconds)
		if !ok {
			continue
		}
		process.Threads++
		if grown.CPU == 0 && grown.RunQueue == 0 && grown.Voluntary == 0 && grown.Involuntary == 0 {
			continue
		}
		process.RunQueue += grown.RunQueue
		process.Voluntary += grown.Voluntary
		process.Involuntary += grown.Involuntary
		active = append(active, grown)
	}
	for tid, t := range u.threads {
		if t.round != u.round {
			unix.Close(t.schedstat)
			delete(u.threads, tid)
		}
	}
	process.FDs, process.FDLimit, process.RSS = CountDescriptors(u.pid), descriptorLimit(u.pid), residentBytes(u.pid)
	return process, active
}

// Close gives the files back.
func (u *Usage) Close() {
	for _, t := range u.threads {
		unix.Close(t.schedstat)
	}
}

func (u *Usage) sampleThread(tid int, seconds float64) (window.Thread, bool) {
	t := u.threads[tid]
	if t != nil {
		if now, ok := u.readSchedstat(t.schedstat); ok {
			t.round = u.round
			grown := window.Thread{Pid: u.pid, Tid: tid, CPU: since(now[0], t.cpu) / 1e9 / seconds, RunQueue: since(now[1], t.runQueue) / 1e9 / seconds}
			// Without a new time slice there was no switch either, and `status` is dear to read.
			if now[2] != t.slices {
				voluntary, involuntary := t.voluntary, t.involuntary
				u.readSwitches(tid, t)
				grown.Voluntary = perSecond(t.voluntary, voluntary, seconds)
				grown.Involuntary = perSecond(t.involuntary, involuntary, seconds)
			}
			grown.Name = t.name
			t.cpu, t.runQueue, t.slices = now[0], now[1], now[2]
			return grown, true
		}
		// The thread ended, and its number was given to a new one.
		unix.Close(t.schedstat)
		delete(u.threads, tid)
	}
	file, err := unix.Open(fmt.Sprintf("/proc/%d/task/%d/schedstat", u.pid, tid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return window.Thread{}, false
	}
	t = &thread{schedstat: file, round: u.round}
	now, _ := u.readSchedstat(file)
	t.cpu, t.runQueue, t.slices = now[0], now[1], now[2]
	u.readSwitches(tid, t)
	u.threads[tid] = t
	grown := window.Thread{Pid: u.pid, Tid: tid, Name: t.name}
	if u.round > 1 { // born since the last sample: all that it used falls into this one
		grown.CPU, grown.RunQueue = float64(t.cpu)/1e9/seconds, float64(t.runQueue)/1e9/seconds
		grown.Voluntary, grown.Involuntary = perSecond(t.voluntary, 0, seconds), perSecond(t.involuntary, 0, seconds)
	}
	return grown, true
}

func since(now, before uint64) float64 {
	if now < before {
		return 0
	}
	return float64(now - before)
}

func perSecond(now, before uint64, seconds float64) uint64 {
	return uint64(math.Round(since(now, before) / seconds))
}

// readSchedstat gives nanoseconds on a core, nanoseconds runnable without one, and the number of time slices
// (Documentation/scheduler/sched-stats.rst).
func (u *Usage) readSchedstat(file int) (values [3]uint64, ok bool) {
	n, err := unix.Pread(file, u.buffer, 0)
	if err != nil || n == 0 {
		return values, false
	}
	fields := bytes.Fields(u.buffer[:n])
	if len(fields) < 3 {
		return values, false
	}
	for i := range values {
		values[i], _ = strconv.ParseUint(string(fields[i]), 10, 64)
	}
	return values, true
}

func (u *Usage) readSwitches(tid int, t *thread) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/status", u.pid, tid))
	if err != nil {
		return
	}
	name, _, _ := bytes.Cut(status, []byte("\n"))
	t.name = string(bytes.TrimPrefix(name, []byte("Name:\t")))
	if v, ok := statusField(status, "voluntary_ctxt_switches:"); ok {
		t.voluntary = v
	}
	if v, ok := statusField(status, "nonvoluntary_ctxt_switches:"); ok {
		t.involuntary = v
	}
}

func residentBytes(pid int) uint64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(text)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(fields[1]), 10, 64)
	return pages * uint64(os.Getpagesize())
}

// descriptorLimit is the soft limit; /proc shows it to everyone, where prlimit(2) wants rights.
func descriptorLimit(pid int) uint64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", pid))
	if err != nil {
		return 0
	}
	_, rest, found := bytes.Cut(text, []byte("Max open files"))
	if !found {
		return 0
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	limit, err := strconv.ParseUint(string(fields[0]), 10, 64)
	if err != nil {
		return math.MaxInt32 // "unlimited": the kernel's own bound is fs.nr_open, an int
	}
	return limit
}
