package faults

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// pooling is variant pool: a server whose answers come from a backend, over a pool of connections, and which says so when
// the backend has none for it. The flood fills the backend's accept queue: a connection is half-open there, or never made.
type pooling struct {
	greeter
	listener, backend net.Listener
	server            *http.Server
	pool              *pool
	settings          Settings

	accepted, fallbacks atomic.Uint64
}

func startPooling(options Options, listener net.Listener) (Server, error) {
	backend, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", options.Settings.Count("backend-port")))
	if err != nil {
		return nil, fmt.Errorf("cannot listen as the backend: %w", err)
	}
	s := &pooling{listener: listener, backend: backend, settings: options.Settings}
	if err := shorten(backend.(*net.TCPListener), options.Settings.Count("backlog")); err != nil {
		backend.Close()
		return nil, err
	}
	s.pool = &pool{
		backend:  backend.Addr().String(),
		patience: options.Settings.Duration("pool-patience"),
		lifetime: options.Settings.Duration("pool-lifetime"),
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer), ConnState: func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.accepted.Add(1)
		}
	}}
	go s.serveBackend()
	go func() { mustEndByClose(s.server.Serve(listener)) }()
	return s, nil
}

// answer waits for the backend; without it, it falls back on what it knows itself.
func (s *pooling) answer(w http.ResponseWriter, r *http.Request) {
	if s.pool.ask() != nil {
		s.fallbacks.Add(1)
	}
	s.ServeHTTP(w, r)
}

// backendWorkers is how many connections the backend serves at a time; who comes later waits in its accept queue.
const backendWorkers = 2

func (s *pooling) serveBackend() {
	free := make(chan struct{}, backendWorkers)
	for {
		free <- struct{}{}
		c, err := s.backend.Accept()
		if err != nil {
			return
		}
		go func() {
			defer func() { c.Close(); <-free }()
			for lines := bufio.NewScanner(c); lines.Scan(); {
				if _, err := io.WriteString(c, "pong\n"); err != nil {
					return
				}
			}
		}()
	}
}

// poolBreaker is the fix: the pool gets a guard.
type poolBreaker struct{ *pooling }

func (f poolBreaker) Apply() error {
	f.guarded(&poolGuard{
		breaker:   breaker{window: f.settings.Duration("breaker-window")},
		beat:      f.settings.Duration("heartbeat-every"),
		deviation: f.settings.Duration("rtt-deviation"),
	})
	return nil
}

func (f poolBreaker) Revert() error {
	f.guarded(nil)
	return nil
}

func (f poolBreaker) guarded(guard *poolGuard) {
	f.pool.mu.Lock()
	defer f.pool.mu.Unlock()
	f.pool.guard = guard
}

func (s *pooling) Switches() map[string]Switch {
	return map[string]Switch{"breaker": {poolBreaker{s}.Apply, poolBreaker{s}.Revert}}
}

func (s *pooling) Address() string { return s.listener.Addr().String() }

func (s *pooling) Counters() map[string]uint64 {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	return map[string]uint64{
		"accepted":      s.accepted.Load(),
		"requests":      s.requests.Load(),
		"fallbacks":     s.fallbacks.Load(),
		"pool_failed":   s.pool.failed,
		"pool_refused":  s.pool.refused,
		"pool_broken":   s.pool.broken,
		"pool_unsteady": s.pool.unsteady,
	}
}

func (s *pooling) Gauges() map[string]int { return map[string]int{} }

// Close leaves to the process what still waits in the backend.
func (s *pooling) Close() {
	s.server.Close()
	s.backend.Close()
	s.pool.close()
}

// pauses are what the article measures in minutes and seconds, compressed.
var pauses = []Parameter{
	{"pool-patience", "pool: how long the backend may take", Duration, int64(150 * time.Millisecond), int64(time.Millisecond), int64(time.Minute)},
	{"pool-lifetime", "pool: how long a connection may be used again", Duration, int64(200 * time.Millisecond), int64(time.Millisecond), int64(time.Hour)},
	{"breaker-window", "breaker: how far back failures count (the article says a minute)", Duration, int64(2 * time.Second), int64(time.Millisecond), int64(time.Hour)},
	{"heartbeat-every", "breaker: how soon the first heartbeat of a connection in use is due", Duration, int64(20 * time.Millisecond), int64(time.Millisecond), int64(time.Minute)},
	{"rtt-deviation", "breaker: how far the round trips of a connection that is given back may differ (the article says 300 ms)", Duration, int64(300 * time.Millisecond), int64(time.Millisecond), int64(time.Minute)},
	{"backend-port", "pool: port of the backend on 127.0.0.1; 0 picks a free one", Count, 0, 0, 65535},
}
