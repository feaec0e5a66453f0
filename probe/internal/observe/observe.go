// Package observe turns what the kernel and /proc tell of some processes into windows.
package observe

import (
	"context"
	"errors"
	"time"

	"spinlab/probe/internal/procfs"
	"spinlab/probe/internal/window"
)

// ErrEnded says that nothing is left to watch.
var ErrEnded = errors.New("ended while it was watched")

// Options say what to watch and how.
type Options struct {
	// Pids have been checked.
	Pids []int
	// Tree takes in their descendants, those that are born later included.
	Tree     bool
	Interval time.Duration
	Duty     Duty
	// Dense is closed when every window is to be counted from then on; nil: never.
	Dense <-chan struct{}
	// Stacks is how many samples of stacks each processor takes a second; 0: none.
	Stacks int
}

// Emit takes a finished window; its error ends the watch.
type Emit func(window.Window) error

// clock cuts time into windows and weighs what the probe itself cost in each.
type clock struct {
	start time.Time
	cost  time.Duration
}

func newClock() clock { return clock{time.Now(), ownCPU()} }

// tooShort is true when a watch that is to end has only a sliver of a window left, whose rates would mean nothing.
func (c *clock) tooShort(interval time.Duration) bool { return time.Since(c.start) < interval/10 }

// open begins a window at the end of the last one.
func (c *clock) open(collector string, pids []int) window.Window {
	return window.Window{Collector: collector, Pids: pids, Start: float64(c.start.UnixMicro()) / 1000}
}

// close ends a window at the given time.
func (c *clock) close(w *window.Window, end time.Time) {
	used := ownCPU()
	w.Seconds = end.Sub(c.start).Seconds()
	w.Cost = (used - c.cost).Seconds() / w.Seconds
	c.start, c.cost = end, used
}

// wait returns at the next tick, or earlier when the watch is to end: then it is false.
func wait(ctx context.Context, ticker *time.Ticker) bool {
	select {
	case <-ctx.Done():
		return false
	case <-ticker.C:
		return true
	}
}

// quietly waits for the end of a window whose calls are not counted, which comes earlier when dense ones are asked for. It
// is false when the watch is to end.
func quietly(ctx context.Context, ticker *time.Ticker, options Options, rest int) bool {
	ticker.Reset(options.Interval * time.Duration(rest))
	defer ticker.Reset(options.Interval)
	select {
	case <-ctx.Done():
		return false
	case <-options.Dense:
	case <-ticker.C:
	}
	return true
}

func closed(channel <-chan struct{}) bool {
	select {
	case <-channel:
		return true
	default:
		return false
	}
}

// Procfs emits a window each interval out of /proc alone until the context ends (nil) or the processes do (ErrEnded).
// The last window is as long as it got.
func Procfs(ctx context.Context, options Options, emit Emit) error {
	crowd := newCrowd(options.Pids, options.Tree)
	ticker := time.NewTicker(options.Interval)
	defer ticker.Stop()
	clock := newClock()
	for goOn := true; goOn; {
		if goOn = wait(ctx, ticker); !goOn && clock.tooShort(options.Interval) {
			return nil
		}
		crowd.update()
		if len(crowd.processes) == 0 {
			return ErrEnded
		}
		w := clock.open("procfs", crowd.pids())
		crowd.measure(&w)
		if crowd.look(procfs.Closely) {
			w.Sockets, w.Descriptors = crowd.sockets(), crowd.stuck()
		}
		clock.close(&w, time.Now())
		if err := emit(w); err != nil {
			return err
		}
	}
	return nil
}

// Kernel emits windows, with system calls counted in the kernel, one each interval or fewer as the duty wants it, until
// the context ends (nil) or the processes do (ErrEnded). The last window is as long as it got.
func Kernel(ctx context.Context, options Options, emit Emit) error {
	kernel, err := newKernel(options)
	if err != nil {
		return err
	}
	crowd := kernel.crowd
	defer kernel.close()
	rota, suspicion := newRota(options.Duty), suspicion{}
	share := time.Duration(procfs.Closely)
	if options.Duty == Dense {
		share = procfs.Freely
	}
	ticker := time.NewTicker(options.Interval)
	defer ticker.Stop()
	clock, renewed := newClock(), true
	for goOn := true; goOn; {
		if closed(options.Dense) {
			rota.duty = Dense
		}
		counted := rota.counted()
		if counted && !kernel.counter.Attached() {
			again, err := kernel.begin()
			if err != nil {
				return err
			}
			renewed = renewed || again
			clock.start = time.Now()
		}
		if err := kernel.sampling.pace(rota.dense()); err != nil {
			return err
		}
		brief := counted && !rota.goesOn()
		switch {
		case brief:
			goOn = kernel.untilEnough(ctx, ticker, options.Interval)
		case counted:
			goOn = wait(ctx, ticker)
		default:
			goOn = quietly(ctx, ticker, options, rota.rest)
		}
		if !goOn && clock.tooShort(options.Interval) {
			return nil
		}
		w := clock.open("probe", crowd.pids())
		if brief {
			kernel.counter.Detach()
		}
		end := time.Now()
		if counted {
			if err := kernel.read(&w); err != nil {
				return err
			}
		}
		if err := kernel.sampling.read(&w, kernel.inside); err != nil {
			return err
		}
		if err := kernel.follow(crowd.update()); err != nil {
			return err
		}
		if len(crowd.processes) == 0 {
			return ErrEnded
		}
		crowd.measure(&w)
		if kernel.counter.Attached() {
			renewed = crowd.look(share) || renewed
		}
		if renewed {
			w.Sockets, renewed = crowd.sockets(), false
		}
		clock.close(&w, end)
		rota.done(counted, suspicion.futile(&w))
		if err := emit(w); err != nil {
			return err
		}
	}
	return nil
}
