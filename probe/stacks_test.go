package main

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func init() {
	roles["spin"] = func() {
		serve(func() string {
			go spinHere()
			return strconv.Itoa(os.Getpid())
		})
	}
}

//go:noinline
func spinHere() {
	for {
		unix.Getxattr("/proc/self/exe", "user.none", nil)
	}
}

// TestStacks finds the function that burns the processor, and where it is in the kernel.
func TestStacks(t *testing.T) {
	helper := startPeer(t, "spin")
	w := startWatch(t, pidFlag(helper))
	if w.windows[0].Stacks == nil {
		unavailable(t, "perf events are not permitted here")
	}
	helper.work(t)
	var here, all, inKernel uint64
	for here < 20 {
		for _, stack := range w.next(t).Stacks {
			all += stack.Samples
			if len(stack.Kernel) > 0 && strings.Contains(strings.Join(stack.Kernel, " "), "getxattr") {
				inKernel += stack.Samples
			}
			for _, frame := range stack.User {
				if strings.HasPrefix(frame, "spinlab/probe.spinHere ") && strings.Contains(frame, "/stacks_test.go:") {
					here += stack.Samples
				}
			}
			if stack.Tid < helper.Process.Pid {
				t.Fatalf("thread %d has a sample, the process is %d", stack.Tid, helper.Process.Pid)
			}
		}
	}
	if here*2 < all || inKernel == 0 {
		t.Errorf("of %d samples %d are in spinHere, %d in the kernel's getxattr; expected most and some", all, here, inKernel)
	}
}

// TestStacksInNamespace finds them by the numbers of the namespace.
func TestStacksInNamespace(t *testing.T) {
	inNamespace(t, "^TestStacks$")
}
