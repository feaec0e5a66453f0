package main

import (
	"encoding/json"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"spinlab/probe/internal/window"
)

func init() {
	roles["epoll"] = func() { serve(useEpoll()) }
	roles["many"] = func() { serve(useMany()) }
}

// sets are epoll sets that are hard to read from outside.
type sets struct {
	// Two descriptors registered with equal data; only the second is ever ready.
	Alike, AlikeA, AlikeB int
	// A registration that outlived its descriptor.
	Orphaned, Orphan int
	// A registration that is never consumed, behind one that is each time.
	Mixed, Busy, BusyPeer, Stuck int
	// Two hundred registrations reported by one wait.
	Crowd, CrowdFirst int
	// One listener in two sets.
	Listener, Loop1, Loop2 int
}

func register(epfd, fd int, data int32) {
	must(0, unix.EpollCtl(epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: data, Pad: -data}))
}

// readySocket has one unread byte.
func readySocket() (reader, writer int) {
	reader, writer = socketPair()
	must(unix.Write(writer, []byte{1}))
	return reader, writer
}

// stayOnOneProcessor makes turns exact that each processor takes for itself.
func stayOnOneProcessor() {
	runtime.LockOSThread()
	var allowed, one unix.CPUSet
	must(0, unix.SchedGetaffinity(0, &allowed))
	for number := 0; one.Count() == 0; number++ {
		if allowed.IsSet(number) {
			one.Set(number)
		}
	}
	must(0, unix.SchedSetaffinity(0, &one))
}

func useEpoll() func() string {
	stayOnOneProcessor()
	s := &sets{Alike: must(unix.EpollCreate1(0)), Orphaned: must(unix.EpollCreate1(0)), Mixed: must(unix.EpollCreate1(0)),
		Crowd: must(unix.EpollCreate1(0)), Loop1: must(unix.EpollCreate1(0)), Loop2: must(unix.EpollCreate1(0))}
	s.AlikeA, _ = socketPair()
	s.AlikeB, _ = readySocket()
	register(s.Alike, s.AlikeA, 77)
	register(s.Alike, s.AlikeB, 77)
	s.Orphan, _ = readySocket()
	register(s.Orphaned, s.Orphan, 78)
	must(unix.Dup(s.Orphan))
	unix.Close(s.Orphan)
	s.Busy, s.BusyPeer = socketPair()
	s.Stuck, _ = readySocket()
	register(s.Mixed, s.Busy, 79)
	register(s.Mixed, s.Stuck, 80)
	for i := range 200 {
		reader, _ := readySocket()
		register(s.Crowd, reader, int32(1000+i))
		if i == 0 {
			s.CrowdFirst = reader
		}
	}
	s.Listener = must(unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0))
	must(0, unix.Bind(s.Listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	must(0, unix.Listen(s.Listener, 128))
	register(s.Loop1, s.Listener, 81)
	register(s.Loop2, s.Listener, 82)

	events := make([]unix.EpollEvent, 256)
	buffer := make([]byte, 64)
	return func() string {
		times(500, func() {
			epollWait(s.Alike, events, 0)
			epollWait(s.Orphaned, events, 0)
			unix.Write(s.BusyPeer, buffer[:1])
			epollWait(s.Mixed, events, 0)
			unix.Read(s.Busy, buffer)
		})
		times(200, func() { epollWait(s.Crowd, events, 0) })
		return string(must(json.Marshal(s)))
	}
}

// TestEpoll follows registrations through data that does not name a descriptor.
func TestEpoll(t *testing.T) {
	helper := startPeer(t, "epoll")
	pid := helper.Process.Pid
	w := startWatch(t, pidFlag(helper), "--duty=1")
	s := answer[sets](t, helper)
	w.after(t)

	alike := w.descriptor(pid, s.AlikeA)
	if alike.Ready != 500 || alike.Unconsumed != 499 || len(alike.Alike) != 1 || alike.Alike[0] != s.AlikeB {
		t.Errorf("registered alike: got %+v, expected 500 reports, 499 unconsumed, alike [%d]", alike, s.AlikeB)
	}
	orphan := w.sum(func(d window.Descriptor) bool { return d.FD == s.Orphan && d.Orphan })
	if orphan.Ready != 500 || orphan.Unconsumed != 499 || !orphan.Orphan {
		t.Errorf("orphaned: got %+v, expected 500 reports, 499 unconsumed, orphan", orphan)
	}
	if busy := w.descriptor(pid, s.Busy); busy.Ready != 500 || busy.Unconsumed != 0 || busy.Useful != 500 {
		t.Errorf("busy: got %+v, expected 500 reports, all consumed", busy)
	}
	if stuck := w.descriptor(pid, s.Stuck); stuck.Ready != 500 || stuck.Unconsumed != 499 || stuck.Useful != 0 || stuck.Reported != "IN" {
		t.Errorf("behind the busy one: got %+v, expected 500 reports of IN, 499 unconsumed", stuck)
	}

	// Of two hundred events at once 128 are looked at, then the other 72, and so on in turn.
	if first := w.descriptor(pid, s.CrowdFirst); first.Ready != 100 || first.Unconsumed != 99 {
		t.Errorf("in the crowd: got %+v, expected 100 reports in 200 waits", first)
	}
	passedBy := uint64(0)
	for _, one := range w.windows {
		passedBy += one.NotLookedAt
	}
	if passedBy != 200*100 {
		t.Errorf("%d ready events were not looked at, expected %d", passedBy, 200*100)
	}

	loops := map[int]bool{}
	last := w.windows[len(w.windows)-1]
	for _, d := range last.Descriptors {
		if d.FD == s.Listener && d.Kind == "listener" && d.Inode != 0 && d.Epfd != nil {
			loops[*d.Epfd] = true
		}
	}
	if !loops[s.Loop1] || !loops[s.Loop2] {
		t.Errorf("the listener is shown in the epoll sets %v, expected %d and %d", loops, s.Loop1, s.Loop2)
	}
}

// many is a process with 10000 descriptors; each of 5000 is read three times, and the last is peeked at.
type many struct{ Last int }

func useMany() func() string {
	var readers []int
	for range 5000 {
		reader, writer := socketPair()
		must(unix.Write(writer, []byte{1, 2, 3}))
		readers = append(readers, reader)
	}
	last, _ := readySocket()
	buffer := make([]byte, 1)
	return func() string {
		for _, reader := range readers {
			times(3, func() { unix.Read(reader, buffer) })
		}
		times(20000, func() { unix.Recvfrom(last, buffer, unix.MSG_PEEK) })
		return string(must(json.Marshal(many{last})))
	}
}

// TestManyDescriptors shows that none is lost and none is taken for another.
func TestManyDescriptors(t *testing.T) {
	helper := startPeer(t, "many")
	w := startWatch(t, pidFlag(helper), "--duty=1")
	before := w.everything()
	m := answer[many](t, helper)
	w.whole(t)
	if last := w.descriptor(helper.Process.Pid, m.Last); m.Last < 10000 || last.Peeked != 20000 || last.Useful != 0 {
		t.Errorf("descriptor %d: got %+v, expected 20000 peeks", m.Last, last)
	}
	// The helper also read one line and wrote one.
	if all := w.everything(); all.Useful-before.Useful != 3*5000+2 {
		t.Errorf("counted %d useful calls on all descriptors, made %d", all.Useful-before.Useful, 3*5000+2)
	}
}

// TestTwoProcesses keeps them apart.
func TestTwoProcesses(t *testing.T) {
	first, second := startPeer(t, "many"), startPeer(t, "many")
	w := startWatch(t, pidFlag(first, second), "--duty=1")
	m := answer[many](t, first)
	second.work(t)
	first.work(t)
	w.after(t)
	for helper, want := range map[*peer]uint64{first: 40000, second: 20000} {
		if got := w.descriptor(helper.Process.Pid, m.Last).Peeked; got != want {
			t.Errorf("process %d: counted %d peeks at the same bytes, made %d", helper.Process.Pid, got, want)
		}
	}
	if got := w.call("recvfrom+MSG_PEEK").Positive; got != 60000 {
		t.Errorf("counted %d peeks together, made 60000", got)
	}
}
