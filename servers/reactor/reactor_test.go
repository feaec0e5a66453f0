package reactor

import (
	"errors"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

func start(t *testing.T) *Reactor {
	t.Helper()
	r, err := Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// pair returns two connected sockets.
func pair(t *testing.T) (near, far int) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fds[0]); unix.Close(fds[1]) })
	return fds[0], fds[1]
}

func write(t *testing.T, fd int, text string) {
	t.Helper()
	if _, err := unix.Write(fd, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (r *Reactor) on(t *testing.T, f func() error) {
	t.Helper()
	var err error
	if lost := r.Do(func() { err = f() }); lost != nil {
		t.Fatal(lost)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestLevelTriggeredReadinessIsReportedUntilConsumed(t *testing.T) {
	r := start(t)
	near, far := pair(t)
	reports := make(chan uint32)
	quiet := make(chan struct{})
	r.on(t, func() error {
		return r.Add(near, unix.EPOLLIN, func(events uint32) {
			select {
			case reports <- events:
			case <-quiet:
				var b [16]byte
				unix.Read(near, b[:])
			}
		})
	})
	write(t, far, "x")
	for i := 0; i < 1000; i++ {
		if events := <-reports; events != unix.EPOLLIN {
			t.Fatalf("report %d: events %#x, not EPOLLIN", i, events)
		}
	}
	close(quiet)
	r.on(t, func() error { return nil })
	r.on(t, func() error { return nil })
	before := r.ReadyEvents()
	for i := 0; i < 10; i++ {
		r.on(t, func() error { return nil })
	}
	// Nothing but the ten wake-ups by Do.
	if grown := r.ReadyEvents() - before; grown != 10 {
		t.Errorf("%d events for 10 wake-ups after the byte was read", grown)
	}
	if r.Turns() < 1000 {
		t.Errorf("%d turns for 1000 reports", r.Turns())
	}
}

func TestEdgeTriggeredReadinessIsReportedOncePerArrivalAndOncePerModify(t *testing.T) {
	r := start(t)
	near, far := pair(t)
	reports := make(chan uint32, 100)
	const edge = unix.EPOLLIN | unix.EPOLLET
	r.on(t, func() error { return r.Add(near, edge, func(events uint32) { reports <- events }) })
	for i := 0; i < 3; i++ {
		write(t, far, "x")
		<-reports
	}
	r.on(t, func() error { return r.Modify(near, edge) })
	<-reports
	r.on(t, func() error { return nil })
	if len(reports) != 0 {
		t.Errorf("%d reports too many", len(reports))
	}
}

func TestADescriptorRemovedInTheSameTurnIsNotCalled(t *testing.T) {
	r := start(t)
	near, far := pair(t)
	other, peer := pair(t)
	calls := make(chan int, 100)
	// Whichever of the two is called first removes both.
	first := func(fd int) Ready {
		return func(uint32) {
			calls <- fd
			r.Remove(near)
			r.Remove(other)
		}
	}
	r.on(t, func() error {
		write(t, far, "x")
		write(t, peer, "x")
		if err := r.Add(near, unix.EPOLLIN, first(near)); err != nil {
			return err
		}
		return r.Add(other, unix.EPOLLIN, first(other))
	})
	<-calls
	r.on(t, func() error { return nil })
	if len(calls) != 0 {
		t.Errorf("a removed descriptor was called")
	}
}

func TestANumberUsedAgainDoesNotInheritEvents(t *testing.T) {
	r := start(t)
	near, far := pair(t)
	other, peer := pair(t)
	var inherited atomic.Uint32
	done := make(chan struct{})
	// Whichever is called first gives the other's number to a socket that has nothing to read.
	replace := func(mine, others int) Ready {
		return func(uint32) {
			defer close(done)
			r.Remove(mine)
			r.Remove(others)
			silent, _ := pair(t)
			if err := unix.Dup3(silent, others, 0); err != nil {
				t.Error(err)
			}
			if err := r.Add(others, unix.EPOLLIN, func(events uint32) { inherited.Store(events) }); err != nil {
				t.Error(err)
			}
		}
	}
	r.on(t, func() error {
		write(t, far, "x")
		write(t, peer, "x")
		if err := r.Add(near, unix.EPOLLIN, replace(near, other)); err != nil {
			return err
		}
		return r.Add(other, unix.EPOLLIN, replace(other, near))
	})
	<-done
	r.on(t, func() error { return nil })
	if events := inherited.Load(); events != 0 {
		t.Errorf("the new owner of the number was told of events %#x of the old one", events)
	}
}

func TestDoAfterCloseSaysSo(t *testing.T) {
	r := start(t)
	r.Close()
	if err := r.Do(func() { t.Error("was run") }); err != ErrClosed {
		t.Errorf("Do: %v, not %v", err, ErrClosed)
	}
	r.Close()
}

func TestAddOfAClosedDescriptorNamesIt(t *testing.T) {
	r := start(t)
	near, _ := pair(t)
	unix.Close(near)
	var err error
	if lost := r.Do(func() { err = r.Add(near, unix.EPOLLIN, nil) }); lost != nil {
		t.Fatal(lost)
	}
	if !errors.Is(err, unix.EBADF) {
		t.Errorf("Add: %v, not EBADF", err)
	}
}
