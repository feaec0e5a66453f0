package faults

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
)

func threads(t *testing.T) int {
	t.Helper()
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	return len(tasks)
}

func TestEachRequestLeavesAGoroutineThatWaitsAndThePatchLetsThemGo(t *testing.T) {
	for variant, where := range map[string]struct {
		frame   string
		threads bool
	}{
		"leaked-receivers": {"faults.channelReply.enter.func1", false},
		"system-calls":     {"faults.(*pipeReply).enter.func1", true},
	} {
		t.Run(variant, func(t *testing.T) {
			s := launchFault(t, "blocked-illusion", variant, "most=40")
			waiting := func() int { return s.Gauges()["waiting"] }
			requests := func(n int) {
				t.Helper()
				for i := 0; i < n; i++ {
					if err := s.plain(); err != nil {
						t.Fatal(err)
					}
				}
			}
			goroutines := runtime.NumGoroutine()
			requests(30)
			eventually(t, "30 that wait", func() bool { return waiting() == 30 && runtime.NumGoroutine() >= goroutines+30 })
			var profile strings.Builder
			pprof.Lookup("goroutine").WriteTo(&profile, 1)
			if !strings.Contains(profile.String(), where.frame) {
				t.Errorf("nobody waits in %s:\n%s", where.frame, profile.String())
			}
			if where.threads {
				eventually(t, "a thread for each", func() bool { return threads(t) >= 30 })
			}
			requests(20)
			if n := waiting(); n != 40 {
				t.Errorf("%d wait, at most 40", n)
			}

			revert := s.apply(t, "leak-patch")
			eventually(t, "nobody that waits", func() bool { return waiting() == 0 })
			requests(5)
			if n := waiting(); n != 0 {
				t.Errorf("%d wait with the patch", n)
			}
			revert()
			requests(5)
			eventually(t, "five that wait", func() bool { return waiting() == 5 })
		})
	}
}
