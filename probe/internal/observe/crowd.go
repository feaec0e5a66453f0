package observe

import (
	"slices"
	"time"

	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/window"
)

// process is one process under watch.
type process struct {
	started uint64
	usage   *procfs.Usage
	scene   *procfs.Scene
}

// crowd is all the processes under watch.
type crowd struct {
	roots     []int
	tree      bool
	processes map[int]*process
	rescan    time.Time
}

// rescanShare bounds what looking for new children may cost: of a core, one in this many.
const rescanShare = 50

func newCrowd(roots []int, tree bool) *crowd {
	c := &crowd{roots: roots, tree: tree, processes: map[int]*process{}}
	for _, pid := range roots {
		c.add(pid)
	}
	c.update()
	return c
}

func (c *crowd) add(pid int) {
	if started, err := procfs.Started(pid); err == nil {
		c.processes[pid] = &process{started: started, usage: procfs.NewUsage(pid), scene: procfs.NewScene(pid)}
	}
}

// update forgets those that ended and, in a tree, takes in new children. It returns the pids that came and went.
func (c *crowd) update() (came, went []int) {
	for pid, p := range c.processes {
		if started, err := procfs.Started(pid); err != nil || started != p.started {
			p.usage.Close()
			delete(c.processes, pid)
			went = append(went, pid)
		}
	}
	if !c.tree || time.Now().Before(c.rescan) {
		return nil, went
	}
	began := time.Now()
	for _, pid := range procfs.Tree(append(c.pids(), c.roots...)) {
		if c.processes[pid] == nil && procfs.Check(pid) == nil {
			c.add(pid)
			came = append(came, pid)
		}
	}
	c.rescan = time.Now().Add(time.Since(began) * (rescanShare - 1))
	return came, went
}

// pids in ascending order.
func (c *crowd) pids() []int {
	pids := make([]int, 0, len(c.processes))
	for pid := range c.processes {
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	return pids
}

// measure fills in the parts of a window that /proc gives. Of several processes the descriptors and their limit are
// those of the one that is nearest to its limit, since each has a table of its own.
func (c *crowd) measure(w *window.Window) {
	sum := window.Process{}
	w.Threads = []window.Thread{}
	for _, pid := range c.pids() {
		one, threads := c.processes[pid].usage.Sample()
		w.Threads = append(w.Threads, threads...)
		if fullness(one) >= fullness(sum) {
			sum.FDs, sum.FDLimit = one.FDs, one.FDLimit
		}
		sum.CPU += one.CPU
		sum.RunQueue += one.RunQueue
		sum.Voluntary += one.Voluntary
		sum.Involuntary += one.Involuntary
		sum.Threads += one.Threads
		sum.RSS += one.RSS
	}
	w.Process = &sum
}

func fullness(p window.Process) float64 { return float64(p.FDs) / float64(max(p.FDLimit, 1)) }

// look renews the slow structure around the processes. It is true when something was looked at again.
func (c *crowd) look(share time.Duration) bool {
	renewed := false
	for _, p := range c.processes {
		renewed = p.scene.Refresh(share) || renewed
	}
	return renewed
}

// sockets counts the TCP sockets of all by state, in the order of the state's name.
func (c *crowd) sockets() []window.Sockets {
	byState := map[string]window.Sockets{}
	for _, p := range c.processes {
		p.scene.Sockets(byState)
	}
	rows := make([]window.Sockets, 0, len(byState))
	for _, row := range byState {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b window.Sockets) int {
		if a.State < b.State {
			return -1
		}
		return 1
	})
	return rows
}

// stuck lists, of all processes, the descriptors that must be ready whatever a wait says.
func (c *crowd) stuck() []window.Descriptor {
	rows := []window.Descriptor{}
	for _, pid := range c.pids() {
		rows = append(rows, c.processes[pid].scene.Stuck()...)
	}
	return rows
}
