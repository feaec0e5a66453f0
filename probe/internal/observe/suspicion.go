package observe

import (
	"slices"
	"strings"

	"spinlab/probe/internal/window"
)

// futile says whether a window shows work that achieves nothing: a reason to look closer, not a verdict. It errs on
// the side of looking; what it costs to be wrong is a few denser windows.
func futile(w *window.Window) bool {
	var useful uint64
	for i := range w.Descriptors {
		d := &w.Descriptors[i]
		// A healthy descriptor meets the end of its data about once for each useful call.
		if perSecond(d.Useless(), w) >= 25 && d.Useful*5 <= d.Useless() {
			return true
		}
		if d.Kind != "eventfd" { // runtimes wake themselves through these
			useful += d.Useful
		}
	}
	if w.Others != nil {
		useful += w.Others.Useful
	}
	var early uint64
	for _, wait := range w.Waits {
		switch wait.Timeout {
		case "100us", "1ms", "10ms":
			early += wait.Empty
		}
	}
	return perSecond(early, w) >= 100 && early > useful || busyWaiting(w)
}

// moving are functions that set or run timers and deadlines: a little of every server's time, much of a sick one's.
var moving = [...]string{"runtime.(*timer", "time.goFunc", "SetDeadline", "SetReadDeadline", "SetWriteDeadline", "uv__run_timers"}

// busyWaiting is true when a good part of the samples is spent in them: such a loop needs no system calls.
func busyWaiting(w *window.Window) bool {
	var all, waiting uint64
	for _, stack := range w.Stacks {
		all += stack.Samples
		if slices.ContainsFunc(stack.User, isMoving) {
			waiting += stack.Samples
		}
	}
	return waiting >= 2 && waiting*6 >= all
}

func isMoving(frame string) bool {
	return slices.ContainsFunc(moving[:], func(name string) bool { return strings.Contains(frame, name) })
}

func perSecond(events uint64, w *window.Window) float64 { return float64(events) / w.Seconds }
