package faults

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// netpollerExhausted is net/http behind a listener of ours.
type netpollerExhausted struct {
	greeter
	listener *retryingListener
	server   *http.Server
}

// retryingListener asks again by itself when accept fails. On a full table Accept returns EMFILE without waiting for
// anything, as only EAGAIN waits for readiness (FD.Accept of internal/poll/fd_unix.go): this loop alone sets the pace.
type retryingListener struct {
	net.Listener
	// pause is slept before accept is asked again.
	pause time.Duration
	// backsOff hands the error on to net/http, which asks again after 5 ms, then after twice as long each time, up to a
	// second (Server.Serve of net/http/server.go).
	backsOff atomic.Bool
	// stopsWatching waits until a connection has closed.
	stopsWatching atomic.Bool
	// freed tells of that, or of whatever else may have made accept worth a try.
	freed chan struct{}

	accepted, refusals atomic.Uint64
}

func startNetpollerExhausted(listener net.Listener, variant string) Server {
	s := &netpollerExhausted{listener: &retryingListener{Listener: listener, freed: make(chan struct{}, 1)}}
	s.server = &http.Server{
		Handler: &s.greeter,
		// A refusal is counted by the listener; net/http would log each of them.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				s.listener.tryAgain()
			}
		},
	}
	switch variant {
	case "accept-sleep":
		s.listener.pause = time.Millisecond
	case "net-http":
		s.listener.backsOff.Store(true)
	}
	go func() { mustEndByClose(s.server.Serve(s.listener)) }()
	return s
}

// Accept has the bug: whatever the error is, it tries again.
func (l *retryingListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err == nil {
			l.accepted.Add(1)
			return c, nil
		}
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		l.refusals.Add(1)
		if l.backsOff.Load() {
			return nil, err
		}
		switch {
		case l.stopsWatching.Load():
			<-l.freed
		case l.pause > 0:
			time.Sleep(l.pause)
		}
	}
}

func (l *retryingListener) tryAgain() {
	select {
	case l.freed <- struct{}{}:
	default:
	}
}

func (l *retryingListener) Close() error {
	defer l.tryAgain()
	return l.Listener.Close()
}

// turn makes the switch of a fix that is one decision of Accept.
func (l *retryingListener) turn(decision *atomic.Bool) Switch {
	set := func(on bool) func() error {
		return func() error {
			decision.Store(on)
			l.tryAgain()
			return nil
		}
	}
	return Switch{set(true), set(false)}
}

func (s *netpollerExhausted) Switches() map[string]Switch {
	if s.listener.backsOff.Load() {
		return nil
	}
	return map[string]Switch{
		"accept-backoff": s.listener.turn(&s.listener.backsOff),
		"stop-watching":  s.listener.turn(&s.listener.stopsWatching),
	}
}

func (s *netpollerExhausted) Address() string { return s.listener.Addr().String() }

func (s *netpollerExhausted) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted": s.listener.accepted.Load(),
		"refusals": s.listener.refusals.Load(),
		"requests": s.requests.Load(),
	}
}

func (s *netpollerExhausted) Gauges() map[string]int { return map[string]int{} }

func (s *netpollerExhausted) Close() { s.server.Close() }
