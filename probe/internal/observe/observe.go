// Package observe turns what the kernel and /proc tell of some processes into windows.
package observe

import (
	"context"
	"errors"
	"time"

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
}

// Procfs emits a window each interval out of /proc alone until the context ends (nil) or the processes do (ErrEnded).
func Procfs(ctx context.Context, options Options, emit func(window.Window) error) error {
	crowd := newCrowd(options.Pids, options.Tree)
	ticker := time.NewTicker(options.Interval)
	defer ticker.Stop()
	start, cost := time.Now(), ownCPU()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		crowd.update()
		if len(crowd.processes) == 0 {
			return ErrEnded
		}
		w := window.Window{Collector: "procfs", Pids: crowd.pids(), Start: milliseconds(start)}
		crowd.measure(&w)
		if crowd.look() {
			w.Sockets, w.Descriptors = crowd.sockets(), crowd.stuck()
		}
		now, used := time.Now(), ownCPU()
		w.Seconds = now.Sub(start).Seconds()
		w.Cost = (used - cost).Seconds() / w.Seconds
		start, cost = now, used
		if err := emit(w); err != nil {
			return err
		}
	}
}

func milliseconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1000 }
