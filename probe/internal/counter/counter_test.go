package counter

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/namespaces"
	"spinlab/probe/internal/window"
)

// TestPrograms counts the same with the programs for kernels with BTF and with those for kernels without.
func TestPrograms(t *testing.T) {
	pid := os.Getpid()
	for name, typed := range map[string]bool{"by type": true, "by copy": false} {
		t.Run(name, func(t *testing.T) {
			c, err := load(0, typed)
			if errors.Is(err, ErrDenied) && os.Getenv("SPINLAB_STRICT") != "1" {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			outside, err := namespaces.Outside([]int{pid})
			if err != nil {
				t.Fatal(err)
			}
			c.Watch(outside[pid])
			if err := errors.Join(c.Attach(), c.WatchEntry(true)); err != nil {
				t.Fatal(err)
			}
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for range 1000 {
				_, _ = unix.Getpriority(unix.PRIO_PROCESS, 0)
			}
			for range 30 {
				wait := unix.NsecToTimespec(50_000)
				_, _ = unix.Ppoll(nil, &wait, nil)
			}
			counts := c.Read()
			if n := callsOf(counts.Calls, "getpriority"); n != 1000 {
				t.Errorf("counted %d calls of getpriority, made 1000", n)
			}
			for _, wait := range counts.Waits {
				if wait.Call == "ppoll" && wait != (window.Wait{Call: "ppoll", Timeout: "100us", Empty: 30}) {
					t.Errorf("counted %+v, waited 30 times for 50 us", wait)
				}
			}
			if counts.Lost > 0 || callsOf(counts.Calls, "ppoll") != 30 {
				t.Errorf("%d events were lost, %d calls of ppoll counted; expected 0 and 30", counts.Lost, callsOf(counts.Calls, "ppoll"))
			}
		})
	}
}

func callsOf(calls []window.Call, name string) uint64 {
	for _, call := range calls {
		if call.Call == name {
			return call.Calls
		}
	}
	return 0
}
