package faults

import (
	"fmt"
	"net"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

func init() {
	Register(Fault{
		Name:     "half-close",
		Title:    "A peer has sent its FIN and waits for its answer: the end of the stream stays ready, and nobody takes it",
		Variants: []string{"reactor", "hang-up", "read-loop", "net-http"},
		Fixes: []Fix{
			{"read-eof", []Cure{Spin, Leak}, Standing},
			{"rdhup", []Cure{Spin, Leak}, Standing},
			{"close-on-hup", []Cure{Spin, Leak}, Standing},
			{"unregister", []Cure{Spin}, Standing},
			{"edge-triggered", []Cure{Spin}, Standing},
		},
		Start: startHalfClose,
	})
}

func startHalfClose(options Options) (Server, error) {
	listener, err := net.Listen("tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", options.Listen, err)
	}
	switch options.Variant {
	case "reactor":
		return startHalfClosed(listener, false)
	case "hang-up":
		return startHalfClosed(listener, true)
	default:
		return startHalfClosedNetpoller(listener, options.Variant), nil
	}
}

// halfClosed is variants reactor and hang-up. A subscriber (GET /events) is answered when there is an event; none comes
// in this lab. Until then the server has nothing to read, and two bugs:
//   - reactor: it goes on watching for input. Once the peer has shut down its side, EPOLLIN and EPOLLRDHUP are there for
//     good (tcp_poll in net/ipv4/tcp.c, RCV_SHUTDOWN), and nobody reads the end of the stream;
//   - hang-up: it shuts its own side down in reply and watches for nothing at all. Then the socket is in state CLOSE, in
//     no table of the kernel's, and EPOLLHUP, which no mask keeps out (ep_insert in fs/eventpoll.c adds it), is there for
//     good.
//
// What is below loopHTTP is touched on the loop's thread only.
type halfClosed struct {
	*loopHTTP
	// hangsUp tells the second variant.
	hangsUp bool
	// events that a subscriber is watched for
	events uint32

	readsOn, closesOnRDHUP, closesOnHUP, unregisters bool

	subscriptions atomic.Uint64
}

const ofSubscribers = unix.EPOLLIN | unix.EPOLLRDHUP

func startHalfClosed(listener net.Listener, hangsUp bool) (Server, error) {
	service, err := newLoopHTTP(listener)
	if err != nil {
		return nil, err
	}
	s := &halfClosed{loopHTTP: service, hangsUp: hangsUp, events: ofSubscribers}
	s.loopHTTP.subscribe = s.subscribe
	return s, s.serve()
}

func (s *halfClosed) subscribe(p *loopPeer) {
	s.subscriptions.Add(1)
	p.attend = func(events uint32) { s.attend(p, events) }
	s.watch(p, s.events)
}

// attend is called for each report that a subscriber is ready. The bugs do nothing, and are called again at once.
func (s *halfClosed) attend(p *loopPeer, events uint32) {
	// EPOLLRDHUP is reported to whoever asks for it, EPOLLHUP to everybody.
	hungUp := events&unix.EPOLLHUP != 0
	finished := hungUp || events&unix.EPOLLRDHUP != 0
	switch {
	case events&unix.EPOLLERR != 0:
		s.drop(p) // it was reset
	case s.closesOnHUP && hungUp:
		s.drop(p)
	case s.unregisters && finished:
		s.unwatch(p)
	case s.hangsUp:
		if finished && !hungUp {
			s.hangUp(p)
		}
	case s.closesOnRDHUP && finished:
		s.drop(p)
	case s.readsOn:
		s.readOn(p)
	}
}

// hangUp gives the peer time to take what is under way, and means to hear of nothing until then.
func (s *halfClosed) hangUp(p *loopPeer) {
	unix.Shutdown(p.fd, unix.SHUT_WR)
	s.watch(p, 0)
}

// readOn drops what a subscriber says before it has its answer.
func (s *halfClosed) readOn(p *loopPeer) {
	n, err := unix.Read(p.fd, s.buffer)
	if n == 0 || err != nil && err != unix.EAGAIN && err != unix.EINTR {
		s.drop(p)
	}
}

// toggle is a fix that is one decision of attend.
type toggle struct{ decision *bool }

func (f toggle) apply()  { *f.decision = true }
func (f toggle) revert() { *f.decision = false }

// unregister takes a finished peer out of epoll. It cannot be heard any more, not even its reset: the descriptor leaks.
type unregister struct{ *halfClosed }

func (f unregister) apply() { f.unregisters = true }
func (f unregister) revert() {
	f.unregisters = false
	f.watchAll(func(p *loopPeer) uint32 { return p.events })
}

// onceForEachEdge watches with EPOLLET: the end of the stream is reported once, and then forgotten like the descriptor.
type onceForEachEdge struct{ *halfClosed }

func (f onceForEachEdge) apply()  { f.watchFor(ofSubscribers | unix.EPOLLET) }
func (f onceForEachEdge) revert() { f.watchFor(ofSubscribers) }

func (f onceForEachEdge) watchFor(events uint32) {
	f.events = events
	f.watchAll(func(*loopPeer) uint32 { return events })
}

// watchAll has every subscriber watched for what events says.
func (s *halfClosed) watchAll(events func(*loopPeer) uint32) {
	for _, p := range s.peers {
		if p.subscribed {
			s.watch(p, events(p))
		}
	}
}

func (s *halfClosed) Switches() map[string]Switch {
	if s.hangsUp {
		return map[string]Switch{
			"close-on-hup": onLoop(s.loop, toggle{&s.closesOnHUP}),
			"unregister":   onLoop(s.loop, unregister{s}),
		}
	}
	return map[string]Switch{
		"read-eof":       onLoop(s.loop, toggle{&s.readsOn}),
		"rdhup":          onLoop(s.loop, toggle{&s.closesOnRDHUP}),
		"unregister":     onLoop(s.loop, unregister{s}),
		"edge-triggered": onLoop(s.loop, onceForEachEdge{s}),
	}
}

func (s *halfClosed) Counters() map[string]uint64 {
	counters := s.loopHTTP.Counters()
	counters["subscriptions"] = s.subscriptions.Load()
	return counters
}

func (s *halfClosed) Gauges() map[string]int {
	gauges := s.loopHTTP.Gauges()
	s.loop.Do(func() {
		gauges["subscribers"] = 0
		for _, p := range s.peers {
			if p.subscribed {
				gauges["subscribers"]++
			}
		}
	})
	return gauges
}
