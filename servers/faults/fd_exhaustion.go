package faults

import (
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

func init() {
	Register(Fault{
		Name:     "fd-exhaustion",
		Title:    "A full descriptor table: the connection that accept cannot take keeps the listener ready",
		Variants: []string{"reactor", "accept-loop", "accept-sleep", "leak", "net-http"},
		Fixes: []Fix{
			{"accept-backoff", []Cure{Spin}, Standing},
			{"reserve-fd", []Cure{Spin}, Standing},
			{"stop-watching", []Cure{Spin}, Standing},
			{"leak-patch", []Cure{Spin, Leak}, Standing},
		},
		Start: startFDExhaustion,
	})
}

func startFDExhaustion(options Options) (Server, error) {
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", options.Listen, err)
	}
	switch options.Variant {
	case "reactor":
		return startExhausted(listener, false)
	case "leak":
		return startExhausted(listener, true)
	default:
		return startNetpollerExhausted(listener, options.Variant), nil
	}
}

// exhausted is variants reactor and leak. accept4 looks for a free number before it takes a connection from the queue
// (__sys_accept4_file in net/socket.c), and while the queue is not empty its listener is ready (inet_csk_listen_poll in
// include/net/inet_connection_sock.h). The bug: nothing is done about EMFILE, and level-triggered epoll reports again.
// What is below loopHTTP is touched on the loop's thread only.
type exhausted struct {
	*loopHTTP
	// spare is a descriptor that serves for nothing but to be given up.
	spare int

	stopsWatching, reserve bool
	backoff                *acceptBackoff
	unwatched              bool

	// leaks is the second bug, of variant leak: who goes away in the middle of a request is not closed.
	leaks  bool
	leaked map[int]*loopPeer

	shed, leakedEver atomic.Uint64
}

func startExhausted(listener net.Listener, leaks bool) (Server, error) {
	service, err := newLoopHTTP(listener)
	if err != nil {
		return nil, err
	}
	s := &exhausted{loopHTTP: service, leaks: leaks, leaked: map[int]*loopPeer{}}
	if s.spare, err = openSpare(); err != nil {
		service.Close()
		return nil, fmt.Errorf("cannot open a spare descriptor: %w", err)
	}
	s.shortage, s.ended = s.full, s.end
	return s, s.serve()
}

// full is called each time that accept fails for want of a descriptor; without a fix it does nothing.
func (s *exhausted) full() {
	switch {
	case s.stopsWatching:
		s.suspend()
	case s.reserve:
		s.refuse()
	case s.backoff != nil:
		s.backoff.pause()
	}
}

// end is the second bug, where leaks is true: the last reference to the descriptor is lost.
func (s *exhausted) end(p *loopPeer) {
	if !s.leaks || len(p.heard) == 0 {
		s.drop(p)
		return
	}
	s.forget(p)
	s.leakedEver.Add(1)
	// The lab's own ledger, to show what has leaked and to let a patch free it.
	s.leaked[p.fd] = p
}

func (s *exhausted) suspend() {
	if !s.unwatched {
		s.unwatched = true
		s.loop.Remove(s.listener)
	}
}

func (s *exhausted) resume() {
	if s.unwatched {
		s.unwatched = false
		s.watchListener()
	}
}

// stopWatching takes the listener out of epoll until a connection closes. It works as long as the table is full of the
// server's own connections: nobody tells it of a descriptor that frees elsewhere.
type stopWatching struct{ *exhausted }

func (f stopWatching) apply() { f.stopsWatching, f.freed = true, f.resume }

func (f stopWatching) revert() {
	f.stopsWatching, f.freed = false, func() {}
	f.resume()
}

// reserveFD gives the spare up for a moment, to accept the connection and close it: its client hears at once that it is
// not served, and the queue empties.
type reserveFD struct{ *exhausted }

func (f reserveFD) apply()  { f.reserve = true }
func (f reserveFD) revert() { f.reserve = false }

func (s *exhausted) refuse() {
	unix.Close(s.spare)
	s.spare = -1
	if fd, _, err := unix.Accept4(s.listener, unix.SOCK_CLOEXEC); err == nil {
		unix.Close(fd)
		s.shed.Add(1)
	}
	s.regain()
}

// regain opens the spare again. Another thread may have taken its number meanwhile; until one frees the listener is left
// alone, for without a spare the trick is nothing but the bug.
func (s *exhausted) regain() {
	if s.spare < 0 { // whoever else waits for it may have it already
		s.spare, _ = openSpare()
	}
	if s.spare < 0 && s.reserve {
		s.suspend()
		time.AfterFunc(shortestPause, func() { s.loop.Do(s.regain) })
		return
	}
	s.resume()
}

func openSpare() (int, error) { return unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0) }

// acceptBackoff leaves the listener alone for 5 ms, then twice as long each time, up to a second, until accept succeeds:
// what net/http does (Server.Serve of net/http/server.go).
type acceptBackoff struct {
	*exhausted
	delay    time.Duration
	accepted uint64
}

const shortestPause, longestPause = 5 * time.Millisecond, time.Second

func (f *acceptBackoff) apply()  { f.backoff = f }
func (f *acceptBackoff) revert() { f.backoff = nil; f.resume() }

func (f *acceptBackoff) pause() {
	accepted := f.loopHTTP.accepted.Load()
	switch {
	case f.delay == 0 || accepted != f.accepted:
		f.accepted, f.delay = accepted, shortestPause
	case f.delay < longestPause/2:
		f.delay *= 2
	default:
		f.delay = longestPause
	}
	f.suspend()
	time.AfterFunc(f.delay, func() { f.loop.Do(f.resume) })
}

// exhaustedLeakPatch closes where the bug forgets, and closes what was forgotten so far.
type exhaustedLeakPatch struct{ *exhausted }

func (f exhaustedLeakPatch) apply() {
	f.leaks = false
	for fd := range f.leaked {
		delete(f.leaked, fd)
		unix.Close(fd)
	}
	f.freed()
}

func (f exhaustedLeakPatch) revert() { f.leaks = true }

func (s *exhausted) Switches() map[string]Switch {
	switches := map[string]Switch{
		"accept-backoff": onLoop(s.loop, &acceptBackoff{exhausted: s}),
		"reserve-fd":     onLoop(s.loop, reserveFD{s}),
		"stop-watching":  onLoop(s.loop, stopWatching{s}),
	}
	if s.leaks {
		switches["leak-patch"] = onLoop(s.loop, exhaustedLeakPatch{s})
	}
	return switches
}

func (s *exhausted) Counters() map[string]uint64 {
	counters := s.loopHTTP.Counters()
	counters["shed"] = s.shed.Load()
	counters["leaked"] = s.leakedEver.Load()
	return counters
}

func (s *exhausted) Gauges() map[string]int {
	gauges := s.loopHTTP.Gauges()
	s.loop.Do(func() { gauges["leaked_open"] = len(s.leaked) })
	return gauges
}

func (s *exhausted) Close() {
	s.loop.Do(func() {
		for fd := range s.leaked {
			unix.Close(fd)
		}
		unix.Close(s.spare)
		s.freed = func() {}
	})
	s.loopHTTP.Close()
}
