package faults

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"spinlab/servers/reactor"
)

// herd is variant herd: as many epoll loops as the setting says, and one listener in all of their sets. The bug: without
// EPOLLEXCLUSIVE a connection wakes every loop that waits (ep_poll_callback in fs/eventpoll.c; the wait queue of the
// listener wakes all its entries that are not exclusive), one accepts it, and the others accept EAGAIN. Go's netpoller
// cannot have it: a process has one epoll set, and one thread waits in it (runtime/netpoll_epoll.go).
type herd struct {
	greeter
	address string
	loops   []*herdLoop

	accepted, inVain atomic.Uint64
}

// herdLoop is one of them; its fields are touched on its own thread only.
type herdLoop struct {
	*herd
	loop *reactor.Reactor
	// own is the loop's listener, shared the one that all loops have from the start.
	own, shared int
	peers       map[int]*speaker
}

func startHerd(options Options) (Server, error) {
	listener, err := listenReusable(options.Listen)
	if err != nil {
		return nil, err
	}
	h := &herd{address: listener.Addr().String()}
	defer listener.Close()
	for i := 0; i < options.Settings.Count("loops"); i++ {
		l := &herdLoop{herd: h, peers: map[int]*speaker{}}
		if l.shared, err = duplicate(listener); err == nil {
			l.own = l.shared
			l.loop, err = reactor.Start()
		}
		if err != nil {
			h.Close()
			return nil, err
		}
		h.loops = append(h.loops, l)
		if err := l.do(func() error { return l.watch(unix.EPOLLIN) }); err != nil {
			h.Close()
			return nil, err
		}
	}
	return h, nil
}

// listenReusable sets SO_REUSEPORT, as whoever was there first must have allowed the others (socket(7)).
func listenReusable(address string) (net.Listener, error) {
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return controlled(c, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
	}}
	listener, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	return listener, nil
}

// controlled does something to the descriptor of a connection or listener that the runtime's poller knows.
func controlled(c syscall.RawConn, do func(fd int) error) (err error) {
	if lost := c.Control(func(fd uintptr) { err = do(int(fd)) }); lost != nil {
		return lost
	}
	return err
}

func (l *herdLoop) do(f func() error) (err error) {
	if lost := l.loop.Do(func() { err = f() }); lost != nil {
		return lost
	}
	return err
}

func (l *herdLoop) watch(events uint32) error { return l.loop.Add(l.own, events, l.accept) }

// accept takes one connection. The loops that lost the race for it have been woken for nothing.
func (l *herdLoop) accept(uint32) {
	fd, _, err := unix.Accept4(l.own, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	if err != nil {
		if err == unix.EAGAIN {
			l.inVain.Add(1)
		}
		return
	}
	l.accepted.Add(1)
	p := &speaker{fd: fd}
	if err := l.loop.Add(fd, unix.EPOLLIN, func(uint32) { l.answer(p) }); err != nil {
		unix.Close(fd)
		return
	}
	l.peers[fd] = p
}

func (l *herdLoop) answer(p *speaker) {
	if !p.answer(l.greeting) {
		l.drop(p)
	}
}

func (l *herdLoop) drop(p *speaker) {
	delete(l.peers, p.fd)
	l.loop.Remove(p.fd)
	unix.Close(p.fd)
}

// exclusive registers the listener with EPOLLEXCLUSIVE (Linux 4.5): of the loops that wait, one is woken.
// EPOLL_CTL_MOD does not take it (epoll_ctl(2)), so each loop removes and adds it.
type exclusive struct{ *herd }

func (f exclusive) Apply() error  { return f.rewatch(unix.EPOLLIN | unix.EPOLLEXCLUSIVE) }
func (f exclusive) Revert() error { return f.rewatch(unix.EPOLLIN) }

func (f exclusive) rewatch(events uint32) error {
	return f.each(func(l *herdLoop) error {
		if err := l.loop.Remove(l.own); err != nil {
			return err
		}
		return l.watch(events)
	})
}

// reusePort gives each loop but the first a listener of its own at the same address: the kernel spreads connections over
// them by a hash of their addresses (reuseport_select_sock in net/core/sock_reuseport.c), and wakes the owner only.
type reusePort struct{ *herd }

func (f reusePort) Apply() error {
	first := f.loops[0]
	return f.each(func(l *herdLoop) error {
		if l == first {
			return nil
		}
		listener, err := listenReusable(f.address)
		if err != nil {
			return err
		}
		defer listener.Close()
		own, err := duplicate(listener)
		if err != nil {
			return err
		}
		return l.move(own)
	})
}

// Revert accepts what waits at a listener before it closes it: the kernel resets whatever is left.
func (f reusePort) Revert() error {
	return f.each(func(l *herdLoop) error {
		own := l.own
		if own == l.shared {
			return nil
		}
		for before := l.accepted.Load(); ; before = l.accepted.Load() {
			if l.accept(unix.EPOLLIN); l.accepted.Load() == before {
				break
			}
		}
		defer unix.Close(own)
		return l.move(l.shared)
	})
}

func (l *herdLoop) move(listener int) error {
	if err := l.loop.Remove(l.own); err != nil {
		return err
	}
	l.own = listener
	return l.watch(unix.EPOLLIN)
}

func (h *herd) each(do func(*herdLoop) error) error {
	for _, l := range h.loops {
		if err := l.do(func() error { return do(l) }); err != nil {
			return err
		}
	}
	return nil
}

func (h *herd) Switches() map[string]Switch {
	return map[string]Switch{
		"exclusive": {exclusive{h}.Apply, exclusive{h}.Revert},
		"reuseport": {reusePort{h}.Apply, reusePort{h}.Revert},
	}
}

func (h *herd) Address() string { return h.address }

func (h *herd) Counters() map[string]uint64 {
	var turns uint64
	for _, l := range h.loops {
		turns += l.loop.Turns()
	}
	return map[string]uint64{
		"accepted":        h.accepted.Load(),
		"accepts_in_vain": h.inVain.Load(),
		"requests":        h.requests.Load(),
		"turns":           turns,
	}
}

func (h *herd) Gauges() map[string]int { return map[string]int{"loops": len(h.loops)} }

func (h *herd) Close() {
	h.each(func(l *herdLoop) error {
		for _, p := range l.peers {
			l.drop(p)
		}
		l.loop.Remove(l.own)
		if l.own != l.shared {
			unix.Close(l.own)
		}
		return unix.Close(l.shared)
	})
	for _, l := range h.loops {
		l.loop.Close()
	}
}
