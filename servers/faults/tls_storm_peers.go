package faults

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the sniffer of tls-storm needs besides its bugs and fixes: descriptors that come, wait and go.

func startSniffer(service *tlsService, listener net.Listener, settings Settings) (Server, error) {
	fd, loop, err := takeOver(listener)
	if err != nil {
		return nil, err
	}
	s := &sniffer{
		tlsService: service,
		settings:   settings,
		address:    listener.Addr(),
		handOver:   newHandOver(listener.Addr()),
		loop:       loop,
		listener:   fd,
		buffer:     make([]byte, maxRecord),
		pending:    map[int]*peer{},
		leaked:     map[int]*peer{},
		incomplete: map[netip.Addr]int{},
	}
	s.receive = s.peek
	go service.serve(s.handOver)
	loop.Do(func() { err = loop.Add(fd, unix.EPOLLIN, s.accept) })
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// accept takes one connection a turn: level-triggered epoll reports the listener again while there are more.
func (s *sniffer) accept(uint32) {
	fd, from, err := unix.Accept4(s.listener, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	switch err {
	case nil:
	case unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM:
		s.pauseAccepting()
		return
	default:
		return
	}
	s.accepted.Add(1)
	p := &peer{fd: fd, source: sourceOf(from), accepted: time.Now(), events: unix.EPOLLIN, lowWater: 1}
	if s.screen != nil && s.screen.refuses(p.source) {
		s.rejectedByPrefix.Add(1)
		unix.Close(fd)
		return
	}
	if err := s.loop.Add(fd, p.events, func(events uint32) { s.look(p, events) }); err != nil {
		unix.Close(fd)
		return
	}
	s.pending[fd] = p
}

// pauseAccepting keeps a full descriptor table from becoming another spin: the listener stays ready (accept(2), EMFILE).
func (s *sniffer) pauseAccepting() {
	s.loop.Remove(s.listener)
	time.AfterFunc(100*time.Millisecond, func() {
		s.loop.Do(func() { s.loop.Add(s.listener, unix.EPOLLIN, s.accept) })
	})
}

// pass gives a peer whose hello is complete to crypto/tls and net/http.
func (s *sniffer) pass(p *peer) {
	s.hellos.Add(1)
	s.forget(p)
	s.setLowWater(p, 1)
	file := os.NewFile(uintptr(p.fd), "")
	c, err := net.FileConn(file) // a duplicate, known to the runtime's poller
	file.Close()
	if err != nil {
		s.failed.Add(1)
		return
	}
	// Reset meanwhile, it has no address of a peer any more, and net/http of Go 1.19 follows the nil (conn.serve).
	if c.RemoteAddr() == nil {
		s.failed.Add(1)
		c.Close()
		return
	}
	s.handOver.give(&conn{Conn: c, before: p.consumed})
}

// forget takes a peer out of epoll and out of the books; its descriptor stays open.
func (s *sniffer) forget(p *peer) {
	s.loop.Remove(p.fd)
	delete(s.pending, p.fd)
	if p.counted {
		p.counted = false
		if s.incomplete[p.source]--; s.incomplete[p.source] == 0 {
			delete(s.incomplete, p.source)
		}
	}
}

func (s *sniffer) drop(p *peer) {
	if s.leaked[p.fd] == p {
		delete(s.leaked, p.fd)
	} else {
		s.forget(p)
	}
	unix.Close(p.fd)
}

func (s *sniffer) reject(p *peer) {
	s.rejectedByPrefix.Add(1)
	s.drop(p)
}

// prefer lets pending peers wait in this way; of several ways the one that came last decides.
func (s *sniffer) prefer(w waiting) {
	s.waits = append(s.waits, w)
	s.lookAgain()
}

func (s *sniffer) abandon(w waiting) {
	for i := range s.waits {
		if s.waits[i] == w {
			s.waits = append(s.waits[:i:i], s.waits[i+1:]...)
			break
		}
	}
	s.lookAgain()
}

// lookAgain has every pending peer wait as the bug does; those that are ready are looked at in the next turn.
func (s *sniffer) lookAgain() {
	for _, p := range s.pending {
		s.setLowWater(p, 1)
		s.watch(p, unix.EPOLLIN)
	}
}

func (s *sniffer) watch(p *peer, events uint32) {
	if p.events == events {
		return // a needless EPOLL_CTL_MOD would report an old edge once more
	}
	if err := s.loop.Modify(p.fd, events); err != nil {
		s.drop(p)
		return
	}
	p.events = events
}

func (s *sniffer) setLowWater(p *peer, bytes int) {
	if p.lowWater != bytes && unix.SetsockoptInt(p.fd, unix.SOL_SOCKET, unix.SO_RCVLOWAT, bytes) == nil {
		p.lowWater = bytes
	}
}

// every calls f on the loop's thread, until the function that it returns is called there.
func (s *sniffer) every(period time.Duration, f func()) (stop func()) {
	stopped := false
	unlessStopped := func() {
		if !stopped {
			f()
		}
	}
	done := make(chan struct{})
	go func() {
		ticker := time.NewTicker(period)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if s.loop.Do(unlessStopped) != nil {
					return
				}
			case <-done:
				return
			}
		}
	}()
	return func() {
		stopped = true
		close(done)
	}
}

// reloadListener moves the accept queue to a new descriptor: both share it for a moment, so no connection is lost.
func (s *sniffer) reloadListener() (err error) {
	lost := s.loop.Do(func() {
		var next int
		if next, err = unix.FcntlInt(uintptr(s.listener), unix.F_DUPFD_CLOEXEC, 0); err != nil {
			err = fmt.Errorf("cannot duplicate the listener: %w", err)
			return
		}
		if err = s.loop.Add(next, unix.EPOLLIN, s.accept); err != nil {
			unix.Close(next)
			return
		}
		s.loop.Remove(s.listener)
		unix.Close(s.listener)
		s.listener = next
	})
	if lost != nil {
		return lost
	}
	return err
}

func (s *sniffer) Address() string { return s.address.String() }

func (s *sniffer) Counters() map[string]uint64 {
	counters := s.tlsService.counters()
	counters["accepted"] = s.accepted.Load()
	counters["turns"] = s.loop.Turns()
	counters["ready_events"] = s.loop.ReadyEvents()
	counters["peeks"] = s.peeks.Load()
	counters["hellos_complete"] = s.hellos.Load()
	counters["parse_failures"] = s.parseFailures.Load()
	counters["leaked"] = s.leaks.Load()
	counters["closed_by_deadline"] = s.closedByDeadline.Load()
	counters["rejected_by_prefix"] = s.rejectedByPrefix.Load()
	return counters
}

func (s *sniffer) Gauges() map[string]int {
	gauges := map[string]int{}
	s.loop.Do(func() {
		gauges["pending"], gauges["leaked_open"] = len(s.pending), len(s.leaked)
		if s.screen != nil {
			gauges["refused_sources"] = s.screen.refused.inForce()
		}
	})
	return gauges
}

// Close ends the server first: else the loop might be waiting for it to take a connection.
func (s *sniffer) Close() {
	s.server.Close()
	s.loop.Do(func() {
		for _, p := range s.pending {
			s.drop(p)
		}
		for _, p := range s.leaked {
			s.drop(p)
		}
		s.loop.Remove(s.listener)
		unix.Close(s.listener)
	})
	s.loop.Close()
}

func sourceOf(address unix.Sockaddr) netip.Addr {
	switch a := address.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(a.Addr)
	case *unix.SockaddrInet6:
		return netip.AddrFrom16(a.Addr)
	}
	return netip.Addr{}
}

// peekSocket is unix.Recvfrom with MSG_PEEK, without its allocation for the sender's address: garbage collection would
// stain a spin that is nothing but two system calls.
func peekSocket(fd int, b []byte) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), unix.MSG_PEEK, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
