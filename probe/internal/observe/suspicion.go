package observe

import (
	"math"
	"slices"
	"strings"

	"spinlab/probe/internal/window"
)

// suspicion says whether windows show work that achieves nothing: a reason to look closer, not a verdict. It errs on
// the side of looking; what it costs to be wrong is a few denser windows.
type suspicion struct {
	// Samples of the last second or so, and those of them in code that sets or runs timers and deadlines.
	samples, moving float64
}

func (s *suspicion) futile(w *window.Window) bool {
	return futileDescriptor(w) || emptyWaits(w) || s.busyWaiting(w)
}

// least is how many calls without effect say something: a connection is read once before its first byte has come.
const least = 3

// futileDescriptor finds one on which hardly a call is useful. A healthy one meets the end of its data about once for
// each useful call.
func futileDescriptor(w *window.Window) bool {
	return slices.ContainsFunc(w.Descriptors, func(d window.Descriptor) bool {
		return d.Useless() >= least && perSecond(d.Useless(), w) >= 25 && d.Useful*5 <= d.Useless()
	})
}

// emptyWaits finds more ends of short waits than there is useful work. Waits that do not block end empty in healthy
// servers too, thousands of times a second.
func emptyWaits(w *window.Window) bool {
	var useful uint64
	for _, d := range w.Descriptors {
		if d.Kind != "eventfd" { // runtimes wake themselves through these
			useful += d.Useful
		}
	}
	if w.Others != nil {
		useful += w.Others.Useful
	}
	var early, immediate uint64
	for _, wait := range w.Waits {
		switch wait.Timeout {
		case "0":
			immediate += wait.Empty
		case "100us", "1ms", "10ms":
			early += wait.Empty
		}
	}
	return early >= least && perSecond(early, w) >= 100 && early > useful || perSecond(immediate, w) >= 10_000 && immediate > 5*useful
}

// movers are functions that set or run timers and deadlines: a little of every server's time, much of a sick one's.
var movers = [...]string{"runtime.(*timer", "time.goFunc", "SetDeadline", "SetReadDeadline", "SetWriteDeadline", "uv__run_timers"}

// busyWaiting is true when a good part of the samples is spent in them: such a loop needs no system calls.
func (s *suspicion) busyWaiting(w *window.Window) bool {
	memory := math.Exp(-w.Seconds) // of a second
	s.samples *= memory
	s.moving *= memory
	for _, stack := range w.Stacks {
		s.samples += float64(stack.Samples)
		if slices.ContainsFunc(stack.User, isMover) {
			s.moving += float64(stack.Samples)
		}
	}
	return s.moving >= 5 && s.moving*6 >= s.samples
}

func isMover(frame string) bool {
	return slices.ContainsFunc(movers[:], func(name string) bool { return strings.Contains(frame, name) })
}

func perSecond(events uint64, w *window.Window) float64 { return float64(events) / w.Seconds }
