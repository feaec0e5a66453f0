package faults

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// conn is a connection as crypto/tls gets it.
type conn struct {
	net.Conn
	// before was read from the connection by somebody else; crypto/tls reads it first.
	before []byte
	// head is how the ClientHello begins, up to its random.
	head []byte
	// active is touched by the goroutine that serves the connection only.
	active bool
	// ledger, if any, is told when the connection closes.
	ledger   *ledger
	accepted time.Time
	closed   bool // guarded by the ledger
}

func (c *conn) Read(b []byte) (n int, err error) {
	if len(c.before) > 0 {
		n = copy(b, c.before)
		c.before = c.before[n:]
	} else {
		n, err = c.Conn.Read(b)
	}
	if missing := randomEnd - len(c.head); missing > 0 {
		if missing > n {
			missing = n
		}
		c.head = append(c.head, b[:missing]...)
	}
	return n, err
}

func (c *conn) Close() error {
	if c.ledger != nil {
		c.ledger.strike(c)
	}
	return c.Conn.Close()
}

func (c *conn) source() netip.Addr { return c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap() }

// ledger knows the connections that count as unfinished business.
type ledger struct {
	mu sync.Mutex
	// pending have not sent a whole ClientHello; leaked have been given up without being closed.
	pending, leaked map[*conn]bool
}

func newLedger() *ledger {
	return &ledger{pending: map[*conn]bool{}, leaked: map[*conn]bool{}}
}

// enter returns c as a pending connection.
func (l *ledger) enter(c net.Conn) *conn {
	entered := &conn{Conn: c, ledger: l, accepted: time.Now()}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending[entered] = true
	return entered
}

func (l *ledger) helloSeen(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pending, c)
}

// strike is called by each Close of c.
func (l *ledger) strike(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.closed = true
	delete(l.pending, c)
	delete(l.leaked, c)
}

// leak keeps c, open as it is. It tells whether it was still open.
func (l *ledger) leak(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pending, c)
	if !c.closed {
		l.leaked[c] = true
	}
	return !c.closed
}

// late returns what was accepted before that time and is unfinished.
func (l *ledger) late(latest time.Time) (late []*conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, conns := range []map[*conn]bool{l.pending, l.leaked} {
		for c := range conns {
			if c.accepted.Before(latest) {
				late = append(late, c)
			}
		}
	}
	return late
}

// pendingOf returns what a source has begun.
func (l *ledger) pendingOf(source netip.Addr) (pending []*conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.pending {
		if c.source() == source {
			pending = append(pending, c)
		}
	}
	return pending
}

// sources are those that have begun something.
func (l *ledger) sources() map[netip.Addr]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	sources := map[netip.Addr]bool{}
	for c := range l.pending {
		sources[c.source()] = true
	}
	return sources
}

// unclosed returns what has leaked.
func (l *ledger) unclosed() (unclosed []*conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.leaked {
		unclosed = append(unclosed, c)
	}
	return unclosed
}

func (l *ledger) gauges() (pending, leaked int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.pending), len(l.leaked)
}
