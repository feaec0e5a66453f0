package faults

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// flooded is every variant but herd: net/http on the netpoller, as it comes. What a flood leaves behind in the kernel
// costs memory and ports there, and no CPU here: a request that is not accepted (SYN_RECV) has no descriptor yet, one in
// TIME_WAIT or an orphan in FIN_WAIT2 has none any more (tcp_time_wait in net/ipv4/tcp_minisocks.c), and one that merely
// waits for its peer is not ready (tcp_poll in net/ipv4/tcp.c). Variant dead-peers has a bug that is no spin either: without
// keepalive nobody ever learns that a peer has vanished.
type flooded struct {
	greeter
	settings Settings
	listener *net.TCPListener
	server   *http.Server

	mu   sync.Mutex
	open map[*patient]bool
	// tune, if any, is done to each new connection.
	tune func(fd int) error

	accepted, reaped atomic.Uint64
}

func startFlooded(options Options) (Server, error) {
	config := net.ListenConfig{}
	switch options.Variant {
	case "syn-recv":
		config.Control = func(_, _ string, c syscall.RawConn) error {
			return controlled(c, func(fd int) error {
				return unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, seconds(options.Settings.Duration("defer-accept")))
			})
		}
	case "dead-peers":
		config.KeepAlive = -1 // Go's own default probes after 15 s
	}
	listener, err := config.Listen(context.Background(), "tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", options.Listen, err)
	}
	if options.Variant == "pool" {
		return startPooling(options, listener)
	}
	s := &flooded{settings: options.Settings, listener: listener.(*net.TCPListener), open: map[*patient]bool{}}
	if options.Variant == "accept-overflow" {
		if err := shorten(s.listener, options.Settings.Count("backlog")); err != nil {
			listener.Close()
			return nil, err
		}
	}
	s.server = &http.Server{Handler: &s.greeter}
	go func() { mustEndByClose(s.server.Serve(patientListener{s.listener, s})) }()
	return s, nil
}

// shorten sets the backlog anew: listen(2) may be called again, and Go offers no other way than net.core.somaxconn.
func shorten(listener *net.TCPListener, backlog int) error {
	raw, err := listener.SyscallConn()
	if err != nil {
		return err
	}
	return controlled(raw, func(fd int) error { return unix.Listen(fd, backlog) })
}

// patientListener hands out connections that are in the books.
type patientListener struct {
	*net.TCPListener
	server *flooded
}

func (l patientListener) Accept() (net.Conn, error) {
	c, err := l.AcceptTCP()
	if err != nil {
		return nil, err
	}
	return l.server.enter(c)
}

// patient is a connection that the kernel may find dead.
type patient struct {
	*net.TCPConn
	server    *flooded
	raw       syscall.RawConn
	heartbeat *heartbeat
	givenUp   bool
}

func (s *flooded) enter(c *net.TCPConn) (net.Conn, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return nil, err
	}
	p := &patient{TCPConn: c, server: s, raw: raw}
	s.accepted.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[p] = true
	if s.tune != nil {
		controlled(raw, s.tune)
	}
	return p, nil
}

// Read ends with ETIMEDOUT when keepalive or TCP_USER_TIMEOUT has given the peer up (tcp_keepalive_timer in
// net/ipv4/tcp_timer.c).
func (p *patient) Read(b []byte) (int, error) {
	n, err := p.TCPConn.Read(b)
	if errors.Is(err, syscall.ETIMEDOUT) {
		p.server.reaped.Add(1)
	}
	return n, err
}

func (p *patient) Close() error {
	p.server.mu.Lock()
	delete(p.server.open, p)
	p.server.mu.Unlock()
	return p.TCPConn.Close()
}

// everyOpen does something to each connection that is open.
func (s *flooded) everyOpen(do func(*patient)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for p := range s.open {
		do(p)
	}
}

func (s *flooded) Switches() map[string]Switch {
	switches := map[string]Switch{}
	for name, fix := range s.reapers() {
		switches[name] = Switch{fix.Apply, fix.Revert}
	}
	return switches
}

func (s *flooded) Address() string { return s.listener.Addr().String() }

func (s *flooded) Counters() map[string]uint64 {
	return map[string]uint64{
		"accepted": s.accepted.Load(),
		"requests": s.requests.Load(),
		"reaped":   s.reaped.Load(),
	}
}

func (s *flooded) Gauges() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]int{"open": len(s.open)}
}

func (s *flooded) Close() { s.server.Close() }
