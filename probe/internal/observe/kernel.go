package observe

import (
	"context"
	"fmt"
	"time"

	"spinlab/probe/internal/counter"
	"spinlab/probe/internal/namespaces"
	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/window"
)

// doubtful is from how many unconsumed reports on it is checked that the registration still belongs to the
// descriptor that the kernel side believes.
const doubtful = 5

// fresh is how old a look at the epoll sets may be to stand for the present.
const fresh = 10 * time.Millisecond

// entryWindows is for how many counted windows the entry of calls is looked at after a call whose timeout shows there
// alone.
const entryWindows = 20

// kernel counts system calls of a crowd.
type kernel struct {
	counter  *counter.Counter
	sampling *sampling
	crowd    *crowd
	// outside and inside translate between the numbers of /proc and those that the kernel side sees.
	outside map[int]uint32
	inside  map[uint32]int
	// unsure holds the processes whose epoll sets were not read right before counting began: what is registered may
	// have changed out of sight.
	unsure map[int]bool
	// entry is for how many counted windows more the entry of calls is looked at too.
	entry int
}

// newKernel loads what it needs; meanwhile the crowd is looked at for the first time, which may take as long.
func newKernel(options Options) (*kernel, error) {
	type result struct {
		counter  *counter.Counter
		sampling *sampling
		err      error
	}
	loading := make(chan result, 1)
	go func() {
		descriptors := 0
		for _, pid := range options.Pids {
			descriptors += procfs.CountDescriptors(pid)
		}
		var r result
		if r.counter, r.err = counter.Load(descriptors); r.err == nil && options.Stacks > 0 {
			r.sampling = newSampling(options.Stacks)
		}
		loading <- r
	}()
	c := newCrowd(options.Pids, options.Tree)
	loaded := <-loading
	if loaded.err != nil {
		return nil, fmt.Errorf("loading the programs that count system calls: %w", loaded.err)
	}
	k := &kernel{
		counter: loaded.counter, sampling: loaded.sampling, crowd: c,
		outside: map[int]uint32{}, inside: map[uint32]int{}, unsure: map[int]bool{}, entry: 1,
	}
	if err := k.take(c.pids()); err != nil {
		k.close()
		return nil, err
	}
	return k, nil
}

func (k *kernel) close() {
	k.counter.Close()
	k.sampling.close()
}

// take begins to watch processes; those that ended meanwhile are left out.
func (k *kernel) take(pids []int) error {
	outside, err := namespaces.Outside(pids)
	if err != nil {
		return err
	}
	for pid, tgid := range outside {
		k.outside[pid], k.inside[tgid] = tgid, pid
		k.counter.Watch(tgid)
		if err := k.sampling.take(pid, tgid); err != nil {
			return err
		}
	}
	return nil
}

// release forgets a process. Its translation stays for the window in which it ended.
func (k *kernel) release(pid int) {
	if tgid, ok := k.outside[pid]; ok {
		k.counter.Unwatch(tgid)
		k.sampling.release(pid, tgid)
		delete(k.outside, pid)
	}
}

// begin starts to count. The epoll sets are read first, unless that would cost too much; renewed says so.
func (k *kernel) begin() (renewed bool, err error) {
	for pid, tgid := range k.outside {
		p := k.crowd.processes[pid]
		if p == nil {
			continue
		}
		renewed = p.scene.Refresh(procfs.Rarely) || renewed
		p.scene.RefreshSets(procfs.Sparingly)
		k.unsure[pid] = time.Since(p.scene.Looked()) > fresh
		if err := k.counter.Teach(tgid, registered(p.scene)); err != nil {
			return false, err
		}
	}
	if err := k.counter.Attach(); err != nil {
		return renewed, err
	}
	return renewed, k.counter.WatchEntry(k.entry > 0)
}

// A window after which counting stops ends as soon as it holds enough calls, by slices of the interval: who makes few of
// them loses little by having them counted for longer.
const (
	enough     = 2000
	mostSlices = 3
	ofInterval = 5
)

// untilEnough waits for the end of such a window. It is false when the watch is to end.
func (k *kernel) untilEnough(ctx context.Context, ticker *time.Ticker, interval time.Duration) bool {
	ticker.Reset(interval / ofInterval)
	defer ticker.Reset(interval)
	goal := k.counter.Calls() + enough
	for range mostSlices {
		if !wait(ctx, ticker) {
			return false
		}
		if k.counter.Calls() >= goal {
			break
		}
	}
	return true
}

func registered(scene *procfs.Scene) []counter.Registered {
	list := make([]counter.Registered, 0, len(scene.Registrations()))
	for _, r := range scene.Registrations() {
		one := counter.Registered{Epfd: r.Epfd, FD: r.FD, Data: r.Data}
		if scene.Orphaned(r) {
			one.FD = counter.Orphan
		}
		list = append(list, one)
	}
	return list
}

// read takes what was counted since it began or was read last.
func (k *kernel) read(w *window.Window) error {
	counts := k.counter.Read()
	k.entry = max(k.entry-1, 0)
	if counts.HidesTimeouts {
		k.entry = entryWindows
	}
	corrected := k.verify(&counts)
	w.Calls, w.Waits = counts.Calls, counts.Waits
	w.Descriptors, w.Others = k.rows(&counts)
	w.NotLookedAt = counts.NotLookedAt
	w.Lost += counts.Lost
	switch {
	case !k.counter.Attached():
		return nil
	case corrected:
		k.counter.Detach()
		_, err := k.begin()
		return err
	}
	return k.counter.WatchEntry(k.entry > 0)
}

// follow takes in new processes and lets go of those that ended.
func (k *kernel) follow(came, went []int) error {
	for _, pid := range went {
		k.release(pid)
	}
	if len(came) == 0 {
		return nil
	}
	return k.take(came)
}

// verify corrects registrations that were made or changed while nothing was counted: their reports go to the right
// descriptor, and what seemed unconsumed on the wrong one is not held against it. It is true if anything was wrong.
func (k *kernel) verify(counts *counter.Counts) (corrected bool) {
	doubted := map[int]bool{}
	for key, r := range counts.Registrations {
		pid := k.inside[key.Tgid]
		if k.crowd.processes[pid] != nil && (r.FD == counter.Unknown || r.Unconsumed >= doubtful && k.unsure[pid]) {
			doubted[pid] = true
		}
	}
	for pid := range doubted {
		scene := k.crowd.processes[pid].scene
		if k.unsure[pid] {
			scene.LookAtSets()
		} else if !scene.Refresh(procfs.Closely) {
			continue
		}
		k.unsure[pid] = false
		tgid := k.outside[pid]
		truth := map[counter.RegistrationKey]int{}
		for _, r := range registered(scene) {
			key := counter.RegistrationKey{Tgid: tgid, Epfd: r.Epfd, Data: r.Data}
			if _, again := truth[key]; !again {
				truth[key] = r.FD
			}
		}
		for key, r := range counts.Registrations {
			if fd, found := truth[key]; found && fd != r.FD {
				counts.Registrations[key] = counter.Registration{FD: fd, Ready: r.Ready, Events: r.Events}
				corrected = true
			}
		}
	}
	return corrected
}
