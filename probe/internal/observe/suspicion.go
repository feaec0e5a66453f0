package observe

import "spinlab/probe/internal/window"

// futile says whether a window shows work that achieves nothing: a reason to look closer, not a verdict. It errs on
// the side of looking; what it costs to be wrong is a few denser windows.
func futile(w *window.Window) bool {
	var useful uint64
	for i := range w.Descriptors {
		d := &w.Descriptors[i]
		// A healthy descriptor meets the end of its data about once for each useful call.
		if perSecond(d.Useless(), w) >= 50 && d.Useful*5 <= d.Useless() {
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
	return perSecond(early, w) >= 100 && early > useful
}

func perSecond(events uint64, w *window.Window) float64 { return float64(events) / w.Seconds }
