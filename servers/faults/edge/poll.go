package edge

import (
	"context"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/sys/unix"
)

// edge is a device behind a connection that may be dead.
type edge struct {
	gateway *gateway
	socket  *websocket.Conn
	// owed are readings that it has had no answer to.
	owed atomic.Uint64
	// asked is whether it owes a pong.
	asked atomic.Bool

	// Guarded by the gateway.
	timer *time.Timer
	dead  bool

	rest rest
}

// arm lets the edge be polled again and again. The lock is held.
func (e *edge) arm() { e.timer = time.AfterFunc(e.gateway.settings.Duration("poll-every"), e.tick) }

// disarm ends it; a poll that is under way finds that it is no longer wanted. The lock is held.
func (e *edge) disarm() {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
}

func (e *edge) tick() {
	next := e.poll()
	e.gateway.mu.Lock()
	defer e.gateway.mu.Unlock()
	if e.timer != nil {
		e.timer.Reset(next)
	}
}

// poll gives the edge what it is owed, and tells how soon it must be polled again.
func (e *edge) poll() time.Duration {
	g := e.gateway
	g.polls.Add(1)
	g.mu.Lock()
	dead := e.dead
	g.mu.Unlock()
	if dead {
		g.pollsOfDead.Add(1)
		if e.rest.isTroubled() {
			return 0
		}
	} else if owed := e.owed.Swap(0); owed > 0 {
		acknowledge(e.socket, owed)
	}
	return g.settings.Duration("poll-every")
}

// rest is what may be left to read of an edge whose reader has ended, by a duplicate of its descriptor: of variant
// reads-dead alone. While it is open so is the connection.
type rest struct {
	mu sync.Mutex
	fd int
}

// isTroubled is the second bug: a socket that has nothing says EAGAIN, and whatever else it says is taken for a passing
// trouble, after which it is to be read again at once. A connection that the peer has reset or closed says "end of
// stream" for ever (tcp_recvmsg_locked in net/ipv4/tcp.c).
func (r *rest) isTroubled() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return false
	}
	var b [512]byte
	n, err := unix.Read(r.fd, b[:])
	return err != unix.EAGAIN && n <= 0
}

func (r *rest) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd >= 0 {
		unix.Close(r.fd)
		r.fd = -1
	}
}

type connKey struct{}

func rememberConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func connOf(r *http.Request) net.Conn { return r.Context().Value(connKey{}).(net.Conn) }

// duplicate returns another descriptor of a connection, or -1.
func duplicate(c net.Conn) int {
	fd := -1
	if raw, err := c.(syscall.Conn).SyscallConn(); err == nil {
		raw.Control(func(own uintptr) {
			if copied, err := unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0); err == nil {
				fd = copied
			}
		})
	}
	return fd
}
