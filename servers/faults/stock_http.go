package faults

import (
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// stockHTTP is net/http as it comes, on the listener as it comes: the control of faults that speak plain HTTP. What
// says nothing for too long is closed by a deadline of its own connection.
type stockHTTP struct {
	greeter
	server   *http.Server
	listener net.Listener
	silence  *silence
	accepted atomic.Uint64
}

func startStockHTTP(listener net.Listener, patience time.Duration) Server {
	s := &stockHTTP{listener: listener, silence: newSilence()}
	s.server = &http.Server{Handler: &s.greeter, ConnState: s.observe, ReadHeaderTimeout: patience}
	go func() { mustEndByClose(s.server.Serve(listener)) }()
	return s
}

func (s *stockHTTP) observe(c net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.accepted.Add(1)
	}
	s.silence.note(c, state)
}

func (s *stockHTTP) Address() string { return s.listener.Addr().String() }

func (s *stockHTTP) Counters() map[string]uint64 {
	return map[string]uint64{"accepted": s.accepted.Load(), "requests": s.requests.Load()}
}

func (s *stockHTTP) Gauges() map[string]int { return map[string]int{"silent": s.silence.count()} }

func (s *stockHTTP) Switches() map[string]Switch { return nil }

func (s *stockHTTP) Close() { s.server.Close() }
