package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"spinlab/probe/internal/window"
)

// TestExact compares what the probe counts of a process with what the process did.
func TestExact(t *testing.T) {
	helper := startPeer(t, "calls")
	w := startWatch(t, pidFlag(helper), "--duty=1")
	// The entry of calls is looked at only after some were seen that need it.
	helper.work(t)
	w.after(t)
	w.windows = nil
	c := answer[cast](t, helper)
	w.whole(t)
	checkCalls(t, w)
	checkWaits(t, w)
	checkDescriptors(t, w, helper.Process.Pid, c)
}

func checkCalls(t *testing.T, w *watched) {
	none := map[string]uint64{}
	for _, want := range []window.Call{
		{Call: "epoll_wait", Calls: 31320, Zero: 20320, Positive: 11000, Errors: none},
		{Call: "recvfrom+MSG_PEEK", Calls: 10000, Positive: 10000, Errors: none},
		{Call: "recvfrom", Calls: 4010, Positive: 10, Errors: map[string]uint64{"EAGAIN": 4000}},
		{Call: "accept", Calls: 7100, Positive: 100, Errors: map[string]uint64{"EAGAIN": 7000}},
		{Call: "connect", Calls: 100, Zero: 100, Errors: none},
		{Call: "shutdown", Calls: 100, Zero: 100, Errors: none},
		{Call: "epoll_ctl+DEL", Calls: 300, Zero: 300, Errors: none},
		{Call: "sendfile", Calls: 80, Positive: 80, Errors: none},
		{Call: "splice", Calls: 80, Positive: 80, Errors: none},
		{Call: "readv", Calls: 80, Positive: 80, Errors: none},
		{Call: "sendmsg", Calls: 70, Positive: 70, Errors: none},
		{Call: "recvmsg+MSG_PEEK", Calls: 70, Positive: 70, Errors: none},
		{Call: "recvmsg", Calls: 70, Positive: 70, Errors: none},
	} {
		if got := w.call(want.Call); !sameCall(got, want) {
			t.Errorf("counted %+v, made %+v", got, want)
		}
	}
	if got := w.call("close").Errors["EBADF"]; got != 3000 {
		t.Errorf("counted %d close=EBADF, made 3000", got)
	}
}

func sameCall(a, b window.Call) bool {
	if len(a.Errors) != len(b.Errors) {
		return false
	}
	for errno, n := range a.Errors {
		if b.Errors[errno] != n {
			return false
		}
	}
	return a.Calls == b.Calls && a.Zero == b.Zero && a.Positive == b.Positive
}

func checkWaits(t *testing.T, w *watched) {
	for _, want := range []window.Wait{
		{Call: "epoll_wait", Timeout: "0", Empty: 20000},
		{Call: "epoll_wait", Timeout: "1ms", Empty: 300},
		{Call: "epoll_wait", Timeout: "10ms", Empty: 20},
		{Call: "epoll_wait", Timeout: "none", Ready: 11000},
		{Call: "epoll_pwait2", Timeout: "1ms", Empty: 45},
		{Call: "poll", Timeout: "1ms", Empty: 40},
		{Call: "poll", Timeout: "0", Ready: 600},
		{Call: "ppoll", Timeout: "10ms", Empty: 30},
		{Call: "pselect6", Timeout: "100ms", Empty: 25},
		{Call: "select", Timeout: "none", Ready: 700},
		{Call: "clock_nanosleep", Timeout: "10ms", Empty: 35},
	} {
		if got := w.wait(want.Call, want.Timeout); got != want {
			t.Errorf("counted %+v, waited %+v", got, want)
		}
	}
}

func checkDescriptors(t *testing.T, w *watched, pid int, c cast) {
	epfd := c.Epoll
	for name, want := range map[string]window.Descriptor{
		"zero":            {FD: c.Zero, Kind: "other", Achieved: window.Achieved{Useful: 50000, BytesIn: 50000 * 64, Ready: 600, Unconsumed: 599}},
		"reader":          {FD: c.Reader, Kind: "socket", Achieved: window.Achieved{Useful: 10 + 1, Peeked: 10000 - 1, BytesIn: 10, Ready: 11000, Unconsumed: 10999}, Epfd: &epfd, Events: "IN"},
		"writer":          {FD: c.Writer, Kind: "socket", Achieved: window.Achieved{Useful: 1, BytesOut: 10}},
		"empty":           {FD: c.Empty, Kind: "socket", Achieved: window.Achieved{Useful: 300 + 80 + 70 + 70, Again: 4000, BytesIn: 80*16 + 70*7}},
		"ended":           {FD: c.Ended, Kind: "socket", Achieved: window.Achieved{EOF: 2500, Ready: 500, Unconsumed: 500}}, // reported in the first round as well
		"full":            {FD: c.Full, Kind: "socket", Achieved: window.Achieved{SendAgain: 1200}},
		"listener":        {FD: c.Listener, Kind: "listener", Achieved: window.Achieved{Useful: 100, Again: 7000}, State: "LISTEN"},
		"none":            {FD: 99999, Kind: "unknown", Achieved: window.Achieved{Failed: 3000}, Errno: "EBADF"},
		"eventfd":         {FD: c.Eventfd, Kind: "eventfd", Achieved: window.Achieved{Useful: 300, BytesIn: 1200, BytesOut: 1200}},
		"peer":            {FD: c.EmptyPeer, Kind: "socket", Achieved: window.Achieved{Useful: 150, BytesOut: 80*16 + 70*7}},
		"file":            {FD: c.File, Kind: "file", Achieved: window.Achieved{Useful: 80, BytesIn: 80 * 16}},
		"pipe in":         {FD: c.PipeIn, Kind: "pipe", Achieved: window.Achieved{Useful: 80, BytesIn: 80 * 16}},
		"pipe out":        {FD: c.PipeOut, Kind: "pipe", Achieved: window.Achieved{Useful: 80, BytesOut: 80 * 16}},
		"empty datagrams": {FD: c.Datagrams, Kind: "socket", Achieved: window.Achieved{Useful: 40}, State: "UNCONN"},
		"urgent":          {FD: c.Urgent, Kind: "socket", Achieved: window.Achieved{Ready: 200, Unconsumed: 200}, State: "ESTAB"},
		"accepted":        {FD: c.Accepted, Kind: "socket", Achieved: window.Achieved{Useful: 100}},
	} {
		got := w.descriptor(pid, want.FD)
		if got.Achieved != want.Achieved || got.Kind != want.Kind || got.Errno != want.Errno || got.Events != want.Events || got.State != want.State {
			t.Errorf("%s: counted %+v, done %+v", name, got, want)
		}
		if want.Epfd != nil && (got.Epfd == nil || *got.Epfd != *want.Epfd) {
			t.Errorf("%s: the epoll descriptor is %v, expected %d", name, got.Epfd, *want.Epfd)
		}
	}
}

// TestExactInNamespace does the same where the kernel's numbers of processes are not those of /proc.
func TestExactInNamespace(t *testing.T) {
	inNamespace(t, "^TestExact$")
}

// inNamespace runs a test of this binary again, in a pid namespace of its own.
func inNamespace(t *testing.T, test string) {
	t.Helper()
	output, err := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "true").CombinedOutput()
	if err != nil {
		unavailable(t, "no pid namespace can be made here: "+strings.TrimSpace(string(output)))
	}
	command := exec.Command("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "/proc/self/exe", "-test.run="+test, "-test.v")
	command.Args[6] = must(os.Executable())
	output, err = command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if strings.Contains(string(output), "--- SKIP") {
		unavailable(t, "BPF is not permitted in a pid namespace")
	}
}
