package faults

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// halfClosedNetpoller is net/http. Subscribers are served by net/http itself, or, in variant read-loop, by a loop of the
// server's own that takes the connection over, as gateways do.
type halfClosedNetpoller struct {
	greeter
	listener net.Listener
	server   *http.Server
	// takesOver tells variant read-loop.
	takesOver bool
	// endsAtEOF is fix read-eof.
	endsAtEOF atomic.Bool

	accepted, subscriptions, reads atomic.Uint64

	mu          sync.Mutex
	subscribers map[net.Conn]bool
}

func startHalfClosedNetpoller(listener net.Listener, variant string) Server {
	s := &halfClosedNetpoller{listener: listener, takesOver: variant == "read-loop", subscribers: map[net.Conn]bool{}}
	mux := http.NewServeMux()
	mux.Handle("/", &s.greeter)
	mux.HandleFunc(eventsPath, s.subscribe)
	s.server = &http.Server{Handler: mux, ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.accepted.Add(1)
		}
	}}
	go func() { mustEndByClose(s.server.Serve(listener)) }()
	return s
}

// subscribe is stock, but for the connection that it takes over: net/http reads while a handler runs, and takes the end
// of the stream for the end of the client (connReader.backgroundRead of net/http/server.go).
func (s *halfClosedNetpoller) subscribe(w http.ResponseWriter, r *http.Request) {
	s.subscriptions.Add(1)
	if !s.takesOver {
		<-r.Context().Done()
		return
	}
	c, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	s.enter(c)
	defer s.leave(c)
	s.listen(c)
}

func (s *halfClosedNetpoller) enter(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subscribers[c] = true
}

func (s *halfClosedNetpoller) leave(c net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.subscribers, c)
	c.Close()
}

// listen returns when the peer is gone. It has the bug: io.EOF, which will never be anything else again, is taken for
// nothing yet. Read returns it without waiting (FD.Read of internal/poll/fd_unix.go, FD.eofError).
func (s *halfClosedNetpoller) listen(c net.Conn) {
	var said [512]byte
	for {
		_, err := c.Read(said[:])
		s.reads.Add(1)
		if err != nil && (err != io.EOF || s.endsAtEOF.Load()) {
			return
		}
	}
}

func (s *halfClosedNetpoller) end(atEOF bool) func() error {
	return func() error {
		s.endsAtEOF.Store(atEOF)
		return nil
	}
}

func (s *halfClosedNetpoller) Switches() map[string]Switch {
	if !s.takesOver {
		return nil
	}
	return map[string]Switch{"read-eof": {s.end(true), s.end(false)}}
}

func (s *halfClosedNetpoller) Address() string { return s.listener.Addr().String() }

func (s *halfClosedNetpoller) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted":      s.accepted.Load(),
		"requests":      s.requests.Load(),
		"subscriptions": s.subscriptions.Load(),
		"reads":         s.reads.Load(),
	}
}

func (s *halfClosedNetpoller) Gauges() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]int{"subscribers": len(s.subscribers)}
}

// Close ends what was taken over, too: net/http does not know of it any more.
func (s *halfClosedNetpoller) Close() {
	s.server.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.subscribers {
		c.Close()
	}
}
